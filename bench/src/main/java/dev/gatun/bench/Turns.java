package dev.gatun.bench;

import java.io.IOException;
import java.util.List;

/**
 * What was measured in turns: each works for a while and the others sleep, round after round, so that what disturbs the machine for some seconds disturbs all.
 *
 * @param figures of each that took part, round by round
 * @param otherLoad the share of the machine that other processes took meanwhile, 0 to 1, or NaN where the system does not tell
 */
record Turns(List<double[]> figures, double otherLoad) {
    /** Who takes turns. */
    interface Taker {
        /** Works for some seconds, and returns the figure of this turn. */
        double turn(double seconds) throws IOException;
    }

    /**
     * Lets some take turns.
     *
     * @param takers which are warm
     * @param seconds of a turn
     */
    static Turns of(List<Taker> takers, int rounds, double seconds) throws IOException {
        List<double[]> figures = takers.stream().map(_ -> new double[rounds]).toList();
        OtherLoad before = OtherLoad.now();
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < takers.size(); i++) {
                // Another one begins each round: nobody always follows the same neighbour.
                int turn = (i + round) % takers.size();
                figures.get(turn)[round] = takers.get(turn).turn(seconds);
            }
        }
        return new Turns(figures, OtherLoad.now().since(before));
    }
}
