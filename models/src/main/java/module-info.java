/** Networks, training recipes, data sets and metrics. */
module dev.gatun.models {
    requires transitive dev.gatun;

    exports dev.gatun.models;
    exports dev.gatun.models.data;
    exports dev.gatun.models.train;
}
