package dev.gatun.cli;

import dev.gatun.formats.AtomicFile;
import java.awt.Color;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The picture {@code loss.png} of a training: the loss, and on a second axis the accuracy on the test images after each epoch. */
final class LossChart {
    /** Longer trainings show means over several steps. */
    private static final int POINTS = 400;

    private LossChart() {
    }

    /** Draws the rows of a training; needs no display. @throws IOException if the file cannot be written */
    static void draw(Path file, String title, List<MetricsLog.Row> rows) throws IOException {
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder().width(900).height(500).title(title).xAxisTitle("step").yAxisTitle("loss").build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS).setLegendLayout(Styler.LegendLayout.Horizontal);
        chart.getStyler().setYAxisMin(0, 0.0).setYAxisMin(1, 0.0).setYAxisMax(1, 1.0);
        int bucket = Math.max(1, Math.ceilDiv(rows.size(), POINTS));
        List<Long> steps = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += bucket) {
            List<MetricsLog.Row> some = rows.subList(from, Math.min(rows.size(), from + bucket));
            steps.add(some.getLast().step());
            losses.add(some.stream().mapToDouble(MetricsLog.Row::loss).average().orElseThrow());
        }
        if (!steps.isEmpty()) {
            chart.addSeries(bucket == 1 ? "loss" : "loss, mean of " + bucket + " steps", steps, losses)
                    .setMarker(steps.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        }
        List<MetricsLog.Row> tested = rows.stream().filter(r -> r.testAccuracy().isPresent()).toList();
        if (!tested.isEmpty()) {
            chart.addSeries("test accuracy", tested.stream().map(MetricsLog.Row::step).toList(),
                    tested.stream().map(r -> r.testAccuracy().getAsDouble()).toList()).setYAxisGroup(1);
            chart.setYAxisGroupTitle(1, "test accuracy");
            chart.getStyler().setYAxisGroupPosition(1, Styler.YAxisPosition.Right);
        }
        ByteBuffer picture = ByteBuffer.wrap(ChartEncoder.getBytes(chart, "png"));
        AtomicFile.write(file, channel -> {
            while (picture.hasRemaining()) {
                channel.write(picture);
            }
        });
    }
}
