package dev.gatun.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The process of one library: does each {@link Work} that it is told. */
final class PeerContestant {
    private PeerContestant() {
    }

    /** Runs: name of the library, or how Gatun is set; threads; folder of the work's files. */
    public static void main(String[] args) throws Exception {
        Peer peer = others().filter(p -> p.name().equals(args[0])).findFirst().orElseGet(() -> new GatunPeer(Setting.of(args[0])));
        int threads = Integer.parseInt(args[1]);
        Path folder = Path.of(args[2]);
        Contestant.serve(name -> new Contestant.Skill.Work(peer.prepare(Work.named(name), threads, folder), peer.version()));
    }

    /** Returns the libraries on the class path beside Gatun. */
    static Stream<Peer> others() {
        return ServiceLoader.load(Peer.class).stream().map(ServiceLoader.Provider::get);
    }

    /** Starts the process of a library. */
    static ContestantProcess start(Peer peer, int threads, Path folder) throws IOException {
        return ContestantProcess.start(peer.name(), peer.heap(), peer.options(), threads, folder, PeerContestant.class, peer.name(), Integer.toString(threads),
                folder.toString());
    }
}
