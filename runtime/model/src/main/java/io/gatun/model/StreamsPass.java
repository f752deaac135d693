package io.gatun.model;

import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.Device;
import io.gatun.device.Routing;
import java.util.Arrays;

/**
 * The part of the forward pass that keeps several residual streams, side by side in each row. Used by one thread.
 *
 * <p>Lives as long as a forward pass; between two methods the streams lie in scratch memory.
 */
final class StreamsPass {
  private final Workbench bench;
  private final Device device;
  private final Streams streams;
  private final int width;

  StreamsPass(Workbench bench, Streams streams, int width) {
    this.bench = bench;
    this.device = bench.device();
    this.streams = streams;
    this.width = width;
  }

  /** Makes the streams of the embedding {@code x}, {@code [rows, n_embd]}. */
  void expand(Buffer x) {
    Buffer others = others(x.rows());
    Buffer slots = slots(others);
    bench.experts(x, streams.expand(), toAll(x.rows(), streams.count() - 1), slots);
    device.rescale(slots, x);
    copy(x, 0, all(x.rows()), 0, width);
    copy(others, 0, all(x.rows()), width, (int) others.cols());
  }

  /** {@code x} becomes what the block is to compute with. */
  void predict(Streams.Prediction prediction, Buffer x) {
    Buffer all = all(x.rows());
    Buffer predicted = predicted(x.rows());
    Buffer weights = coefficients(prediction, prediction.predict(), x);
    device.mixRuns(weights, all, width, predicted);
    device.add(predicted, all);
    copy(predicted, 0, x, 0, width);
  }

  /** Corrects the streams with what the block made of {@code x}, which becomes the first of them. */
  void correct(Streams.Prediction prediction, Buffer x) {
    Buffer all = all(x.rows());
    Buffer predicted = predicted(x.rows());
    Buffer weights = coefficients(prediction, prediction.correct(), x);
    device.add(weights, bench.ones(streams.count()));
    Buffer change = bench.buffer("stream-change", x.rows(), width);
    copy(predicted, 0, change, 0, width);
    device.scale(change, -1);
    device.add(change, x);
    device.mixRuns(weights, change, width, all);
    device.add(all, predicted);
    copy(all, 0, x, 0, width);
  }

  /** Adds {@code update} to all streams but the first. */
  void addToOthers(Buffer update) {
    Buffer all = all(update.rows());
    Buffer added = bench.buffer("stream-update", update.rows(), all.cols()); // zeros for the first, as it was made
    device.copyColumns(update, new ColumnRuns(0, 0, width, width, width, streams.count() - 1), added);
    device.add(all, added);
  }

  /** {@code x} becomes the mean of the streams. */
  void merge(Buffer x) {
    Buffer all = all(x.rows());
    Buffer others = others(x.rows());
    Buffer merged = bench.buffer("merged-streams", x.rows(), others.cols());
    copy(all, width, others, 0, (int) others.cols());
    copy(all, 0, x, 0, width);
    Routing routing = toAll(x.rows(), streams.count() - 1);
    bench.experts(slots(others), streams.merge(), routing, slots(merged));
    device.rescale(slots(merged), x);
    copy(merged, 0, all, width, (int) merged.cols());
    device.combine(all.reshaped(x.rows() * streams.count(), width), toAll(x.rows(), streams.count()), x);
  }

  /** {@code map · tanh(router · norm(y) · scale)}. */
  private Buffer coefficients(Streams.Prediction prediction, Linear map, Buffer y) {
    Buffer normed = bench.norm(prediction.norm(), y, bench.buffer("stream-router-input", y.rows(), width));
    Buffer routed = bench.buffer("stream-router", y.rows(), streams.count());
    Buffer coefficients = bench.buffer("stream-coefficients", y.rows(), map.out());
    bench.linear(normed, prediction.router(), routed);
    device.scale(routed, prediction.scale());
    device.softcap(routed, 1);
    bench.linear(routed, map, coefficients);
    return coefficients;
  }

  /** Each row through all matrices, or with all of its slots, equally weighed. */
  private static Routing toAll(long rows, int count) {
    var experts = new int[Math.toIntExact(rows * count)];
    var weights = new float[experts.length];
    Arrays.setAll(experts, slot -> slot % count);
    Arrays.fill(weights, 1f / count);
    return new Routing(count, experts, weights);
  }

  private void copy(Buffer source, int from, Buffer target, int to, int count) {
    device.copyColumns(source, new ColumnRuns(from, 0, to, 0, count, 1), target);
  }

  private Buffer all(long rows) {
    return bench.buffer("streams", rows, (long) streams.count() * width);
  }

  private Buffer predicted(long rows) {
    return bench.buffer("predicted-streams", rows, (long) streams.count() * width);
  }

  private Buffer others(long rows) {
    return bench.buffer("other-streams", rows, (streams.count() - 1L) * width);
  }

  private Buffer slots(Buffer others) {
    return others.reshaped(others.rows() * (streams.count() - 1), width);
  }
}
