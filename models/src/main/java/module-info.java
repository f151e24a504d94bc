/** Networks, training recipes, data sets and metrics. */
module dev.gatun.models {
    requires transitive dev.gatun;
}
