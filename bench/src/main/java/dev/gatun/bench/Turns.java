package dev.gatun.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes that work in turns: each works for a while and the others sleep, round after round, so that what disturbs the machine for some seconds
 * disturbs all.
 *
 * @param millis of each process the median of its calls, round by round
 * @param otherLoad the share of the machine that other processes took meanwhile, 0 to 1, or NaN where the system does not tell
 */
record Turns(List<double[]> millis, double otherLoad) {
    /**
     * Warms the processes up, and lets them take turns.
     *
     * @param contestants which are prepared
     * @param warm seconds of work before the first round
     * @param seconds of a turn
     */
    static Turns of(List<ContestantProcess> contestants, int rounds, double warm, double seconds) throws IOException {
        List<double[]> millis = new ArrayList<>();
        for (ContestantProcess c : contestants) {
            c.run(warm);
            millis.add(new double[rounds]);
        }
        OtherLoad before = OtherLoad.now();
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < contestants.size(); i++) {
                // Another one begins each round: nobody always follows the same neighbour.
                int turn = (i + round) % contestants.size();
                millis.get(turn)[round] = Numbers.median(contestants.get(turn).run(seconds));
            }
        }
        return new Turns(millis, OtherLoad.now().since(before));
    }
}
