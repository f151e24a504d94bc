/** The gatun command. Backends are no requirement: they are found at run time. */
@SuppressWarnings("requires-automatic") // XChart names no module
module dev.gatun.cli {
    requires dev.gatun;
    requires dev.gatun.formats;
    requires dev.gatun.models;
    requires info.picocli;
    requires java.desktop;
    requires me.tongfei.progressbar;
    requires xchart;

    opens dev.gatun.cli to info.picocli;
}
