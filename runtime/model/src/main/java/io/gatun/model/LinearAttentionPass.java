package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.Device;
import io.gatun.device.StateCorrection;
import io.gatun.device.StateRows;
import java.util.Optional;

/**
 * The part of the forward pass that carries out linear attention, and mixes tokens with those before them. Used by one
 * thread.
 */
final class LinearAttentionPass {
  /** Keeps keys of zeros from being divided by zero. */
  private static final float TINY = 1e-24f;

  /** {@code e^(−1/2)}: a token leaves of a state's line at least {@code e} to the power of minus this. */
  private static final float FASTEST_DECAY = 0.606531f;

  private final Workbench bench;
  private final Device device;

  LinearAttentionPass(Workbench bench) {
    this.bench = bench;
    this.device = bench.device();
  }

  /**
   * A corrected linear attention.
   *
   * @param offset of the layer's part of a state
   */
  void run(Mixer.CorrectedAttention mixer, long offset, Buffer x, StateRows at, Buffer out) {
    int width = Math.toIntExact(x.cols());
    Buffer inputs = mixed(mixer.lerp(), mixer.inputs(), x, at, offset);
    Buffer r = linear(part(inputs, 0, width), mixer.receptance(), "receptance");
    Buffer decay = linear(part(inputs, 1, width), mixer.decay(), "decay", true);
    Buffer k = linear(part(inputs, 2, width), mixer.key(), "k");
    Buffer v = values(mixer, part(inputs, 3, width));
    Buffer rate = linear(part(inputs, 4, width), mixer.rate(), "rate", false);
    device.activate(decay, ActivationFunction.SIGMOID);
    device.scale(decay, -FASTEST_DECAY);
    device.activate(rate, ActivationFunction.SIGMOID);

    int dim = width / mixer.heads();
    Buffer removal = copy(k, "removal");
    bench.multiply(removal, bench.vector(mixer.keyScale(), width));
    bench.norm(new Norm.Rms(dim, TINY / dim), removal, removal);
    device.scale(removal, (float) (1 / Math.sqrt(dim))); // of length 1
    Buffer replacement = copy(rate, "replacement");
    device.gate(replacement, removal, ActivationFunction.IDENTITY);
    device.scale(removal, -1);
    replaceKey(mixer, rate, k);

    Buffer result = bench.buffer("attended", x.rows(), width);
    var correction = Optional.of(new StateCorrection(removal, replacement));
    device.linearAttention(r, k, v, decay, correction, mixer.heads(), at, offset + width, result);
    bench.norm(mixer.norm(), result, result);
    addOwn(mixer, r, k, v, result);
    mixer.gate().ifPresent(gate -> gate(gate, part(inputs, 5, width), result));
    bench.linear(result, mixer.output(), out);
  }

  /** The inputs of several maps: each mixes a token's with the one's before it, in proportions of its own. */
  private Buffer mixed(String lerp, int count, Buffer x, StateRows at, long offset) {
    int width = Math.toIntExact(x.cols());
    Buffer differences = bench.buffer("differences", x.rows(), (long) count * width);
    Buffer repeated = bench.buffer("repeated", x.rows(), (long) count * width);
    var copies = new ColumnRuns(0, 0, 0, width, width, count);
    device.copyColumns(difference(x, at, offset), copies, differences);
    device.copyColumns(x, copies, repeated);
    bench.multiply(differences, bench.vector(lerp, (long) count * width));
    device.add(differences, repeated);
    return differences;
  }

  /** The token before, 0 before the first, minus each. */
  private Buffer difference(Buffer x, StateRows at, long offset) {
    Buffer difference = bench.buffer("difference", x.rows(), x.cols());
    device.convolve(x, bench.differenceKernel(x.cols()), at, offset, difference);
    return difference;
  }

  private Buffer part(Buffer inputs, int index, int width) {
    Buffer part = bench.buffer("part", inputs.rows(), width);
    device.copyColumns(inputs, new ColumnRuns(index * width, 0, 0, width, width, 1), part);
    return part;
  }

  private Buffer copy(Buffer x, String role) {
    Buffer copy = bench.buffer(role, x.rows(), x.cols());
    int width = Math.toIntExact(x.cols());
    device.copyColumns(x, new ColumnRuns(0, 0, 0, width, width, 1), copy);
    return copy;
  }

  private Buffer linear(Buffer x, Linear linear, String role) {
    Buffer out = bench.buffer(role, x.rows(), linear.out());
    bench.linear(x, linear, out);
    return out;
  }

  /** Two maps, perhaps with a hyperbolic tangent between them. */
  private Buffer linear(Buffer x, Mixer.LowRank map, String role, boolean bounded) {
    Buffer low = linear(x, map.down(), "low");
    if (bounded) {
      device.softcap(low, 1);
    }
    return linear(low, map.up(), role);
  }

  /** The values, in all layers but the first mixed with the first one's. */
  private Buffer values(Mixer.CorrectedAttention mixer, Buffer x) {
    Buffer v = linear(x, mixer.value(), "v");
    if (mixer.valueMix().isEmpty()) {
      copy(v, "first-v");
      return v;
    }
    Buffer share = linear(x, mixer.valueMix().get(), "value-share", false);
    Buffer missing = copy(v, "missing");
    device.scale(missing, -1);
    device.add(missing, bench.buffer("first-v", v.rows(), v.cols()));
    device.gate(share, missing, ActivationFunction.SIGMOID);
    device.add(v, share);
    return v;
  }

  /** {@code k += k · keyRate · (rate − 1)}. */
  private void replaceKey(Mixer.CorrectedAttention mixer, Buffer rate, Buffer k) {
    Buffer share = copy(k, "share");
    bench.multiply(share, bench.vector(mixer.keyRate(), k.cols()));
    device.gate(rate, share, ActivationFunction.IDENTITY);
    device.scale(share, -1);
    device.add(k, rate);
    device.add(k, share);
  }

  /** Adds each token's own value, as its query and key agree. */
  private void addOwn(Mixer.CorrectedAttention mixer, Buffer r, Buffer k, Buffer v, Buffer result) {
    bench.multiply(r, bench.vector(mixer.bonus(), r.cols()));
    device.gate(r, k, ActivationFunction.IDENTITY);
    long heads = r.rows() * mixer.heads();
    long dim = r.cols() / mixer.heads();
    Buffer sums = bench.buffer("sums", r.rows(), mixer.heads()).reshaped(heads, 1);
    device.matmul(r.reshaped(heads, dim), bench.onesMatrix(dim), sums);
    device.scaleRows(v.reshaped(heads, dim), sums);
    device.add(result, v);
  }

  private void gate(Mixer.LowRank map, Buffer x, Buffer result) {
    Buffer low = linear(x, map.down(), "low");
    device.activate(low, ActivationFunction.SIGMOID);
    device.gate(result, linear(low, map.up(), "gate"), ActivationFunction.IDENTITY);
  }

  /** A network that sees the token before; likewise. */
  void run(Mixer.ChannelMix mixer, long offset, Buffer x, StateRows at, Buffer out) {
    Buffer hidden = linear(mixed(mixer.lerp(), 1, x, at, offset), mixer.key(), "hidden");
    device.activate(hidden, mixer.function());
    bench.linear(hidden, mixer.value(), out);
  }
}
