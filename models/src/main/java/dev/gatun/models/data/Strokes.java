package dev.gatun.models.data;

import java.util.stream.DoubleStream;

/** The strokes of the ten digits, in a unit box with v downward. A stroke is the points (u, v) of a polyline, one after another. */
final class Strokes {
    /** For each digit the ways to write it, each a list of strokes. */
    static final double[][][][] OF_DIGIT = {
        {{arc(.5, .5, .26, .4, 0, 360)}},
        {{line(.5, .08, .5, .92)}, {line(.32, .28, .54, .08, .54, .92)}, {line(.34, .26, .52, .08, .52, .92), line(.3, .92, .74, .92)}},
        {{join(arc(.5, .32, .24, .22, 190, 395), line(.26, .9, .76, .9))}},
        {{join(arc(.46, .3, .24, .2, 205, 450), arc(.46, .7, .27, .2, 270, 515))},
            {join(line(.26, .1, .7, .1, .46, .42), arc(.46, .67, .25, .25, 270, 515))}},
        {{line(.6, .08, .22, .62, .8, .62), line(.62, .36, .62, .92)}, {line(.28, .1, .24, .52, .74, .52), line(.7, .1, .68, .92)}},
        {{join(line(.72, .1, .34, .1, .3, .46), arc(.47, .66, .25, .24, 225, 505))}},
        {{arc(.5, .68, .24, .22, 0, 360), arc(.68, .66, .42, .57, 180, 262)}},
        {{line(.24, .1, .76, .1, .42, .92)}, {line(.24, .1, .76, .1, .42, .92), line(.36, .5, .74, .5)}},
        {{arc(.5, .29, .2, .19, 0, 360), arc(.5, .7, .25, .22, 0, 360)}},
        {{arc(.5, .33, .23, .22, 0, 360), arc(.33, .36, .4, .56, 0, 80)}, {arc(.5, .33, .23, .22, 0, 360), line(.73, .33, .7, .92)}},
    };

    /** Degrees between two points of an arc. */
    private static final double STEP = 15;

    private Strokes() {
    }

    private static double[] line(double... points) {
        return points;
    }

    /** Returns part of an ellipse about (u, v) from one angle to another, in degrees from the right by way of below. */
    private static double[] arc(double u, double v, double radiusU, double radiusV, double from, double to) {
        int steps = (int) Math.ceil((to - from) / STEP);
        double[] points = new double[2 * (steps + 1)];
        for (int i = 0; i <= steps; i++) {
            double angle = StrictMath.toRadians(from + (to - from) * i / steps);
            points[2 * i] = u + radiusU * StrictMath.cos(angle);
            points[2 * i + 1] = v + radiusV * StrictMath.sin(angle);
        }
        return points;
    }

    private static double[] join(double[] first, double[] then) {
        return DoubleStream.concat(DoubleStream.of(first), DoubleStream.of(then)).toArray();
    }
}
