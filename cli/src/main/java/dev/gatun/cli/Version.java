package dev.gatun.cli;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: this release, and the Java that runs it. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        var release = Optional.ofNullable(getClass().getModule().getDescriptor()).flatMap(ModuleDescriptor::rawVersion);
        return new String[] {
            "gatun " + release.orElse("(run from the class path)"),
            "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name"),
        };
    }
}
