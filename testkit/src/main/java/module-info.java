/** The conformance kit that every backend runs. */
module dev.gatun.testkit {
    requires transitive dev.gatun;
    requires transitive org.junit.jupiter.api;
    requires transitive org.junit.jupiter.params;
}
