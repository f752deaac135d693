package io.gatun.cpu;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.DeltaNetSpec;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.HostMemory;
import io.gatun.device.KvLayout;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RopeSpec;
import io.gatun.device.RowKernels;
import io.gatun.device.RowKernels.ConvolveCall;
import io.gatun.device.RowKernels.DeltaNetCall;
import io.gatun.device.RowKernels.LinearAttentionCall;
import io.gatun.device.RowKernels.StateSpaceCall;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import io.gatun.device.StateCorrection;
import io.gatun.device.StateRows;
import io.gatun.device.StateSpaceSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** The part of {@link SelfCheck} that compares the operations on rows. Owned by one check. */
final class RowCheck {
  private static final int ROWS = 5;
  private static final int COLS = 96;

  /** Columns of states: one whole panel, and some more; and few lines, since users wait for this. */
  private static final int STATE_COLS = 40;

  private static final int LINES = 3;

  /** For operations value by value. */
  private static final int FEW = 23;

  private final RowKernels kernels;
  private final double tolerance;
  private final HostMemory memory;
  private final SplittableRandom random = new SplittableRandom(1);

  private RowCheck(RowKernels kernels, double tolerance, HostMemory memory) {
    this.kernels = kernels;
    this.tolerance = tolerance;
    this.memory = memory;
  }

  /** Empty, or the first fault of what is not about states or caches. */
  static Optional<String> compare(RowKernels kernels, double tolerance) {
    try (var memory = new HostMemory()) {
      var check = new RowCheck(kernels, tolerance, memory);
      return Stream.of(
              check.quantize(),
              check.rmsNorm(),
              check.layerNorm(),
              check.rope(),
              check.gate(),
              check.activate(),
              check.softcap(),
              check.add(),
              check.scale())
          .flatMap(Optional::stream)
          .findFirst();
    }
  }

  /** Empty, or the first fault of the operations that carry states on. */
  static Optional<String> compareStates(RowKernels kernels, double tolerance) {
    try (var memory = new HostMemory()) {
      var check = new RowCheck(kernels, tolerance, memory);
      return Stream.of(
              check.convolve(),
              check.deltaNet(),
              check.linearAttention(),
              check.stateSpace(1, 1),
              check.stateSpace(STATE_COLS, LINES))
          .flatMap(Optional::stream)
          .findFirst();
    }
  }

  /** Empty, or the first fault of the operations on caches of a type. */
  static Optional<String> compareCache(KvType type, RowKernels kernels, double tolerance) {
    try (var memory = new HostMemory()) {
      var check = new RowCheck(kernels, tolerance, memory);
      return check.append(type).or(() -> check.attention(type));
    }
  }

  private Optional<String> quantize() {
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, COLS - 16), random);
    var found = new QuantizedRows(memory);
    var expected = new QuantizedRows(memory);
    found.reshape(ROWS, x.cols());
    expected.reshape(ROWS, x.cols());
    kernels.quantize(x, found, 0, ROWS, new Scratch());
    ScalarKernels.INSTANCE.quantize(x, expected, 0, ROWS, new Scratch());
    boolean same =
        same(found.codes(), expected.codes())
            && same(found.scales(), expected.scales())
            && same(found.sums(), expected.sums());
    return same ? Optional.empty() : Optional.of("quantize: its self-check differs from scalar");
  }

  private static boolean same(MemorySegment found, MemorySegment expected) {
    return found.mismatch(expected) < 0;
  }

  private Optional<String> rmsNorm() {
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, COLS), random);
    HostBuffer gain = SelfCheck.filled(memory.buffer(1, COLS / 2), random);
    return compare("rmsNorm", x, (k, out) -> k.rmsNorm(x, gain, 1e-5f, out, 1, ROWS));
  }

  private Optional<String> layerNorm() {
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, COLS), random);
    HostBuffer gain = SelfCheck.filled(memory.buffer(1, COLS), random);
    return compare("layerNorm", x, (k, out) -> k.layerNorm(x, COLS / 2, gain, 1e-5f, out, 1, ROWS));
  }

  private Optional<String> rope() {
    var frequencies = new double[] {1, 0.5, 0.1, 0.01};
    int[] positions = {0, 1, 77, 5, 100_000};
    return Stream.of(RopeSpec.Pairing.values())
        .flatMap(
            pairing ->
                compare(
                    "rope",
                    SelfCheck.filled(memory.buffer(ROWS, COLS), random),
                    (k, x) -> k.rope(x, positions, new RopeSpec(pairing, 12, frequencies, 1.25f), 1, ROWS, new Scratch()))
                    .stream())
        .findFirst();
  }

  private Optional<String> gate() {
    HostBuffer up = SelfCheck.filled(memory.buffer(ROWS, FEW), random);
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, FEW), random);
    return Stream.of(ActivationFunction.values())
        .flatMap(f -> compare("gate", x, (k, out) -> k.gate(out, up, f, 7, up.values())).stream())
        .findFirst();
  }

  private Optional<String> activate() {
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, FEW), random);
    return Stream.of(ActivationFunction.values())
        .flatMap(f -> compare("activate", x, (k, out) -> k.activate(out, f, 7, out.values())).stream())
        .findFirst();
  }

  private Optional<String> softcap() {
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, FEW), random);
    return compare("softcap", x, (k, out) -> k.softcap(out, 0.5f, 7, out.values()));
  }

  private Optional<String> add() {
    HostBuffer y = SelfCheck.filled(memory.buffer(1, COLS - 1), random);
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, COLS - 1), random);
    return exact("add", x, (k, out) -> k.add(out, y, 7, out.values()))
        .or(() -> exact("add", x, (k, out) -> k.add(out, x, 7, out.values())));
  }

  private Optional<String> scale() {
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, COLS - 1), random);
    return exact("scale", x, (k, out) -> k.scale(out, 0.7f, 7, out.values()));
  }

  private Optional<String> convolve() {
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, STATE_COLS), random);
    HostBuffer kernel = SelfCheck.filled(memory.buffer(1, 3 * STATE_COLS), random);
    HostBuffer state = SelfCheck.filled(memory.buffer(2, 2 * STATE_COLS), random);
    return carried(
        "convolve",
        (k, out) ->
            k.convolve(new ConvolveCall(x, kernel, states(state), 0, out), 1, STATE_COLS, new Scratch()));
  }

  private Optional<String> deltaNet() {
    var spec = new DeltaNetSpec(1, 1, LINES, STATE_COLS);
    HostBuffer keys = small(ROWS, LINES);
    HostBuffer v = SelfCheck.filled(memory.buffer(ROWS, STATE_COLS), random);
    HostBuffer gates = SelfCheck.filled(memory.buffer(ROWS, 1), random);
    HostBuffer rate = SelfCheck.filled(memory.buffer(1, 1), random);
    HostBuffer state = SelfCheck.filled(memory.buffer(2, spec.stateSize()), random);
    return carried(
        "deltaNet",
        (k, out) ->
            k.deltaNet(
                new DeltaNetCall(keys, keys, v, rate, gates, gates, spec, states(state), 0, out),
                1,
                STATE_COLS,
                new Scratch()));
  }

  private Optional<String> linearAttention() {
    HostBuffer keys = small(ROWS, LINES);
    HostBuffer v = SelfCheck.filled(memory.buffer(ROWS, STATE_COLS), random);
    HostBuffer decay = SelfCheck.filled(memory.buffer(ROWS, LINES), random);
    HostBuffer state = SelfCheck.filled(memory.buffer(2, LINES * STATE_COLS), random);
    var correction = Optional.of(new StateCorrection(decay, keys));
    return carried(
        "linearAttention",
        (k, out) ->
            k.linearAttention(
                new LinearAttentionCall(keys, keys, v, decay, correction, 1, states(state), 0, out),
                1,
                STATE_COLS,
                new Scratch()));
  }

  /** Values from −0.4 to 0.4: a state that grows from row to row would hide an error of the first rows. */
  private HostBuffer small(long rows, long cols) {
    HostBuffer values = SelfCheck.filled(memory.buffer(rows, cols), random);
    ScalarKernels.INSTANCE.scale(values, 0.1f, 0, values.values());
    return values;
  }

  /** @param rates per head */
  private Optional<String> stateSpace(int heads, int rates) {
    var spec = new StateSpaceSpec(heads, STATE_COLS / heads, 1, LINES);
    HostBuffer x = SelfCheck.filled(memory.buffer(ROWS, STATE_COLS), random);
    HostBuffer lines = SelfCheck.filled(memory.buffer(ROWS, LINES), random);
    HostBuffer rate = small(1, (long) heads * rates);
    HostBuffer step = SelfCheck.filled(memory.buffer(ROWS, heads), random);
    HostBuffer skip = SelfCheck.filled(memory.buffer(1, heads), random);
    HostBuffer state = SelfCheck.filled(memory.buffer(2, spec.stateSize()), random);
    return carried(
        "stateSpace",
        (k, out) ->
            k.stateSpace(
                new StateSpaceCall(x, lines, lines, rate, step, skip, spec, states(state), 0, out),
                1,
                STATE_COLS,
                new Scratch()));
  }

  private Optional<String> carried(String operation, BiConsumer<RowKernels, HostBuffer> run) {
    return compare(operation, memory.buffer(ROWS, STATE_COLS), run);
  }

  /** A sequence of two rows that goes on, and one of three that begins, each with a copy of its state. */
  private StateRows states(HostBuffer initial) {
    HostBuffer first = memory.buffer(1, initial.cols());
    HostBuffer second = memory.buffer(1, initial.cols());
    first.segment().copyFrom(initial.segment().asSlice(0, first.segment().byteSize()));
    second.segment().copyFrom(initial.segment().asSlice(first.segment().byteSize(), first.segment().byteSize()));
    return new StateRows(List.of(first, first, second, second, second), new int[] {7, 8, 0, 1, 2});
  }

  private Optional<String> append(KvType type) {
    var layout = new KvLayout(List.of(new KvLayout.Layer(3, 40, 24)), type, type);
    HostBuffer k = SelfCheck.filled(memory.buffer(2, 120), random);
    HostBuffer v = SelfCheck.filled(memory.buffer(2, 72), random);
    var found = memory.kvPool(layout);
    var expected = memory.kvPool(layout);
    int page = found.allocate();
    var rows = new KvRows(new int[][] {{page}, {expected.allocate()}}, new int[] {63, 17});
    kernels.append(found, 0, k, v, rows, 0, 2, new Scratch());
    ScalarKernels.INSTANCE.append(expected, 0, k, v, rows, 0, 2, new Scratch());
    return same(found.page(page), expected.page(page))
        ? Optional.empty()
        : Optional.of("append to %s: its self-check differs from scalar".formatted(type.id()));
  }

  /** Three rows of a sequence of 70 tokens, two query heads to a key head: plain, and with all that there is. */
  private Optional<String> attention(KvType type) {
    int tokens = 70;
    HostKvPool pool = memory.kvPool(new KvLayout(List.of(new KvLayout.Layer(2, 24, 40)), type, type));
    int[] pages = {pool.allocate(), pool.allocate()};
    var all = new int[tokens][];
    var positions = new int[tokens];
    for (int i = 0; i < tokens; i++) {
      all[i] = pages;
      positions[i] = i;
    }
    HostBuffer k = SelfCheck.filled(memory.buffer(tokens, 48), random);
    HostBuffer v = SelfCheck.filled(memory.buffer(tokens, 80), random);
    ScalarKernels.INSTANCE.append(pool, 0, k, v, new KvRows(all, positions), 0, tokens, new Scratch());
    HostBuffer q = SelfCheck.filled(memory.buffer(3, 96), random);
    var rows = new KvRows(new int[][] {pages, pages, pages}, new int[] {69, 5, 16});
    var plain = new AttentionSpec(4, 2, 24, 40, 0.04f);
    var full =
        plain.withWindow(17).withSoftcap(2).withSlopes(0.5f, 0.25f, 0.125f, 0.0625f).withSinks(1, -1, 0.5f, 2);
    return Stream.of(plain, full)
        .flatMap(spec -> compare(
            "attention over " + type.id(),
            memory.buffer(3, 160),
            (kernel, out) ->
                kernel.attention(new RowKernels.AttentionCall(q, pool, 0, spec, rows, out), 0, 12, new Scratch()))
            .stream())
        .findFirst();
  }

  private Optional<String> compare(String operation, HostBuffer start, BiConsumer<RowKernels, HostBuffer> run) {
    return compare(operation, tolerance, start, run);
  }

  private Optional<String> exact(String operation, HostBuffer start, BiConsumer<RowKernels, HostBuffer> run) {
    return compare(operation, 0, start, run);
  }

  private Optional<String> compare(
      String operation, double largest, HostBuffer start, BiConsumer<RowKernels, HostBuffer> run) {
    HostBuffer found = memory.buffer(start.rows(), start.cols());
    HostBuffer expected = memory.buffer(start.rows(), start.cols());
    found.segment().copyFrom(start.segment());
    expected.segment().copyFrom(start.segment());
    run.accept(kernels, found);
    run.accept(ScalarKernels.INSTANCE, expected);
    return SelfCheck.difference(found, expected, largest).map(fault -> operation + ": " + fault);
  }
}
