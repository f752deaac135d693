package io.gatun.conformance;

import io.gatun.device.ActivationFunction;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.AttentionSpec;
import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.DeltaNetSpec;
import io.gatun.device.Device;
import io.gatun.device.KvLayout;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.Matrix;
import io.gatun.device.RopeSpec;
import io.gatun.device.RouterSpec;
import io.gatun.device.Routing;
import io.gatun.device.StateRows;
import io.gatun.device.StateSpaceSpec;
import io.gatun.device.XieluSpec;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.OpaqueEncoding;
import io.gatun.tensors.QuantizedEncoding;
import io.gatun.tensors.TensorData;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Every operation of a {@link Device} that computes rows, on random operands that are the same each time. Stateless. */
final class RowOperations {
  private static final ActivationPrecision Q8 = ActivationPrecision.Q8;
  private static final int ROWS = 21;
  private static final AttentionSpec ATTENTION = new AttentionSpec(6, 3, 24, 40, 0.2f);

  private RowOperations() {}

  static Stream<RowOperation> all() {
    Stream<RowOperation> weights =
        Encodings.all().stream()
            .filter(encoding -> !(encoding instanceof OpaqueEncoding))
            .flatMap(
                encoding ->
                    Stream.of(
                        matmul(encoding, Q8),
                        matmul(encoding, ActivationPrecision.F32),
                        experts(encoding, Q8),
                        experts(encoding, ActivationPrecision.F32),
                        embed(encoding)));
    Stream<RowOperation> caches =
        Arrays.stream(KvType.values()).flatMap(keys -> Arrays.stream(KvType.values()).map(values -> attention(keys, values)));
    return Stream.of(
            weights,
            caches,
            Stream.of(
                products(),
                rmsNorm(),
                heads(),
                layerNorm(),
                gate(),
                elementwise("activate", (device, x) -> device.activate(x, ActivationFunction.GELU)),
                elementwise("softcap", (device, x) -> device.softcap(x, 2)),
                elementwise("clamp", (device, x) -> device.clamp(x, 0.75f)),
                elementwise("xielu", (device, x) -> device.xielu(x, new XieluSpec(0.8f, 0.6f, 0.5f, -1e-6f))),
                elementwise("sparsify", (device, x) -> device.sparsify(x, 1.3f)),
                rescale(),
                mixRuns(),
                add(),
                scale(),
                scaleRows(),
                copyColumns(),
                gather(),
                route(),
                addExperts(),
                convolve(),
                deltaNet(),
                stateSpace("stateSpace", 1),
                stateSpace("stateSpace with a rate for each value", 12),
                gatedMlp()),
            Stream.of(
                attention("attention with a window", ATTENTION.withWindow(65)),
                attention("attention with a softcap", ATTENTION.withSoftcap(1.5f)),
                attention("attention with slopes", ATTENTION.withSlopes(0.5f, 0.25f, 0.125f, 0.0625f, 0.03f, 0.01f)),
                attention("attention with biases", ATTENTION.withBiases(Operands.gaussians(6 * 21, random()))),
                attention("attention with sinks", ATTENTION.withSinks(3, -2, 1, 0, 0.5f, 4)),
                attentionToAll()),
            Arrays.stream(RopeSpec.Pairing.values()).map(RowOperations::rope))
        .flatMap(stream -> stream);
  }

  private static RowOperation exact(String name, RowOperation.Call call) {
    return new RowOperation(name, Q8, ROWS, true, call);
  }

  private static RowOperation rounded(String name, RowOperation.Call call) {
    return new RowOperation(name, Q8, ROWS, false, call);
  }

  private static RandomGenerator random() {
    return new SplittableRandom(42);
  }

  private static int columns(Encoding encoding) {
    int block = encoding.blockLength();
    return block == 1 ? 99 : (96 + block - 1) / block * block;
  }

  /** Some rows of {@code [ROWS, cols]} as a buffer. */
  private static Buffer chosen(Device device, float[] values, int cols, int... rows) {
    var part = new float[rows.length * cols];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(values, rows[r] * cols, part, r * cols, cols);
    }
    return Operands.buffer(device, rows.length, cols, part);
  }

  /** A row of activations that is not finite is among them: its results are NaN with 8 bits, and no other row's business. */
  private static RowOperation matmul(Encoding encoding, ActivationPrecision precision) {
    int cols = columns(encoding);
    int outs = 333;
    TensorData weights = Operands.weights(encoding, 1, outs, cols, random());
    float[] x = Operands.gaussians(ROWS * cols, random());
    x[3 * cols + 5] = Float.NaN;
    boolean exact = precision.quantizes() && encoding instanceof QuantizedEncoding;
    return new RowOperation(
        "matmul %s %s".formatted(encoding.id(), precision.id()),
        precision,
        ROWS,
        exact,
        (device, rows) -> {
          Buffer out = device.buffer(rows.length, outs);
          device.matmul(chosen(device, x, cols, rows), device.load(weights), out);
          return Operands.rows(device, out);
        });
  }

  /** Several matrices at once, of different encodings, so large that devices split them. */
  private static RowOperation products() {
    int cols = 512;
    List<TensorData> weights =
        List.of(
            Operands.weights(Encodings.Q4_K, 1, 700, cols, random()),
            Operands.weights(Encodings.F16, 1, 130, cols, random()),
            Operands.weights(Encodings.Q6_K, 1, 301, cols, random()));
    float[] x = Operands.gaussians(ROWS * cols, random());
    return rounded(
        "matmul of a list",
        (device, rows) -> {
          List<Matrix> matrices = weights.stream().map(device::load).toList();
          List<Buffer> outs = matrices.stream().map(w -> device.buffer(rows.length, w.rows())).toList();
          device.matmul(chosen(device, x, cols, rows), matrices, outs);
          return sideBySide(device, outs);
        });
  }

  /** The rows of buffers, one after the other. */
  private static float[][] sideBySide(Device device, List<Buffer> buffers) {
    List<float[][]> parts = buffers.stream().map(buffer -> Operands.rows(device, buffer)).toList();
    return IntStream.range(0, parts.getFirst().length)
        .mapToObj(r -> Operands.joined(parts.stream().map(part -> part[r]).toArray(float[][]::new)))
        .toArray(float[][]::new);
  }

  private static RowOperation experts(Encoding encoding, ActivationPrecision precision) {
    int cols = columns(encoding);
    int outs = 70;
    int used = 3;
    TensorData experts = Operands.weights(encoding, 5, outs, cols, random());
    float[] logits = Operands.gaussians(ROWS * 5, random());
    float[] x = Operands.gaussians(ROWS * cols, random());
    float[] perSlot = Operands.gaussians(ROWS * used * cols, random());
    return new RowOperation(
        "experts %s %s".formatted(encoding.id(), precision.id()),
        precision,
        ROWS,
        false,
        (device, rows) -> {
          Matrix matrix = device.load(experts);
          var spec = new RouterSpec(used, RouterSpec.Weighting.SOFTMAX_RENORMALIZED);
          Routing routing = device.route(chosen(device, logits, 5, rows), spec);
          Buffer slots = device.buffer((long) rows.length * used, outs);
          device.matmulExperts(chosen(device, x, cols, rows), matrix, routing, slots);
          Buffer combined = device.buffer(rows.length, outs);
          device.combine(slots, routing, combined);
          int[] slotRows = Arrays.stream(rows).flatMap(row -> IntStream.range(row * used, (row + 1) * used)).toArray();
          Buffer again = device.buffer((long) rows.length * used, outs);
          device.matmulExperts(chosen(device, perSlot, cols, slotRows), matrix, routing, again);
          Buffer combinedAgain = device.buffer(rows.length, outs);
          device.combine(again, routing, combinedAgain);
          return sideBySide(device, List.of(combined, combinedAgain));
        });
  }

  /** Equal logits among them: ties go to the lower expert. */
  private static RowOperation route() {
    int experts = 9;
    float[] logits = Operands.gaussians(ROWS * experts, random());
    Arrays.fill(logits, 0, 2 * experts, 0.5f);
    logits[4] = 1;
    float[] bias = Operands.gaussians(experts, random());
    return rounded(
        "route",
        (device, rows) -> {
          Buffer buffer = chosen(device, logits, experts, rows);
          var results = new float[rows.length][0];
          for (RouterSpec.Weighting weighting : RouterSpec.Weighting.values()) {
            Routing plain = device.route(buffer, new RouterSpec(4, weighting));
            Routing grouped = device.route(buffer, new RouterSpec(4, weighting, 1.5f, bias, 3, 2));
            for (int slot = 0; slot < plain.slots(); slot++) {
              results[slot / 4] = Operands.joined(results[slot / 4], choice(plain, slot), choice(grouped, slot));
            }
          }
          return results;
        });
  }

  private static float[] choice(Routing routing, int slot) {
    return new float[] {routing.experts()[slot], routing.weights()[slot]};
  }

  private static RowOperation addExperts() {
    int cols = 999;
    int used = 2;
    TensorData biases = Operands.weights(Encodings.F32, 1, 5, cols, random());
    float[] logits = Operands.gaussians(ROWS * 5, random());
    float[] x = Operands.gaussians(ROWS * used * cols, random());
    return exact(
        "addExperts",
        (device, rows) -> {
          var spec = new RouterSpec(used, RouterSpec.Weighting.SOFTMAX);
          Routing routing = device.route(chosen(device, logits, 5, rows), spec);
          int[] slotRows = Arrays.stream(rows).flatMap(row -> IntStream.range(row * used, (row + 1) * used)).toArray();
          Buffer slots = chosen(device, x, cols, slotRows);
          device.addExperts(slots, device.load(biases), routing);
          Buffer out = device.buffer(rows.length, cols);
          device.combine(slots, new Routing(used, routing.experts(), ones(slots.rows())), out);
          return Operands.rows(device, out);
        });
  }

  /** Each row is of a sequence of its own, some at their beginning; its state belongs to the result. */
  private static RowOperation convolve() {
    int cols = 301;
    int taps = 4;
    int stateSize = 5 + (taps - 1) * cols;
    float[] x = Operands.gaussians(ROWS * cols, random());
    float[] kernel = Operands.gaussians(cols * taps, random());
    float[] initial = Operands.gaussians(ROWS * stateSize, new SplittableRandom(43));
    return exact(
        "convolve",
        (device, rows) -> {
          StateRows states = states(device, initial, stateSize, rows);
          Buffer out = device.buffer(rows.length, cols);
          device.convolve(chosen(device, x, cols, rows), Operands.buffer(device, 1, cols * taps, kernel), states, 5, out);
          return withStates(device, out, states);
        });
  }

  private static RowOperation deltaNet() {
    var spec = new DeltaNetSpec(2, 6, 24, 40);
    int keys = spec.keyHeads() * spec.keyDim();
    int values = spec.valueHeads() * spec.valueDim();
    int stateSize = 3 + (int) spec.stateSize();
    float[] q = Operands.gaussians(ROWS * keys, random());
    float[] k = Operands.gaussians(ROWS * keys, new SplittableRandom(43));
    float[] v = Operands.gaussians(ROWS * values, new SplittableRandom(44));
    float[] gates = Operands.gaussians(ROWS * spec.valueHeads(), new SplittableRandom(45));
    float[] initial = Operands.gaussians(ROWS * stateSize, new SplittableRandom(46));
    return rounded(
        "deltaNet",
        (device, rows) -> {
          StateRows states = states(device, initial, stateSize, rows);
          Buffer out = device.buffer(rows.length, values);
          device.deltaNet(
              chosen(device, q, keys, rows),
              chosen(device, k, keys, rows),
              chosen(device, v, values, rows),
              Operands.buffer(device, 1, spec.valueHeads(), -0.1f, -1, -2, -0.5f, 0, -3),
              chosen(device, gates, spec.valueHeads(), rows),
              chosen(device, gates, spec.valueHeads(), rows),
              spec,
              states,
              3,
              out);
          return withStates(device, out, states);
        });
  }

  private static RowOperation stateSpace(String name, int rates) {
    var spec = new StateSpaceSpec(6, 10, 3, 12);
    int shared = spec.groups() * spec.stateDim();
    int stateSize = 3 + (int) spec.stateSize();
    float[] x = Operands.gaussians(ROWS * spec.width(), random());
    float[] b = Operands.gaussians(ROWS * shared, new SplittableRandom(43));
    float[] c = Operands.gaussians(ROWS * shared, new SplittableRandom(44));
    float[] steps = Operands.gaussians(ROWS * spec.heads(), new SplittableRandom(45));
    float[] initial = Operands.gaussians(ROWS * stateSize, new SplittableRandom(46));
    var rate = new float[spec.heads() * rates];
    for (int i = 0; i < rate.length; i++) {
      rate[i] = -0.03f * i;
    }
    return rounded(
        name,
        (device, rows) -> {
          StateRows states = states(device, initial, stateSize, rows);
          Buffer out = device.buffer(rows.length, spec.width());
          device.stateSpace(
              chosen(device, x, spec.width(), rows),
              chosen(device, b, shared, rows),
              chosen(device, c, shared, rows),
              Operands.buffer(device, 1, rate.length, rate),
              chosen(device, steps, spec.heads(), rows),
              Operands.buffer(device, 1, spec.heads(), 1, 0, -1, 0.5f, 2, -3),
              spec,
              states,
              3,
              out);
          return withStates(device, out, states);
        });
  }

  private static StateRows states(Device device, float[] values, int size, int... rows) {
    List<Buffer> buffers = Arrays.stream(rows).mapToObj(row -> chosen(device, values, size, row)).toList();
    return new StateRows(buffers, Arrays.stream(rows).map(row -> row % 3).toArray());
  }

  private static float[][] withStates(Device device, Buffer out, StateRows states) {
    float[][] rows = Operands.rows(device, out);
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Operands.joined(rows[r], Operands.all(device, states.states().get(r)));
    }
    return rows;
  }

  private static float[] ones(long count) {
    var ones = new float[(int) count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static RowOperation embed(Encoding encoding) {
    int cols = columns(encoding);
    TensorData table = Operands.weights(encoding, 1, ROWS, cols, random());
    return exact(
        "embed " + encoding.id(),
        (device, rows) -> {
          Buffer out = device.buffer(rows.length, cols);
          device.embed(device.load(table), rows, out);
          return Operands.rows(device, out);
        });
  }

  private static RowOperation gather() {
    float[] x = Operands.gaussians(ROWS * 77, random());
    return exact(
        "gather",
        (device, rows) -> {
          Buffer out = device.buffer(rows.length, 77);
          device.gather(Operands.buffer(device, ROWS, 77, x), rows, out);
          return Operands.rows(device, out);
        });
  }

  private static RowOperation add() {
    int cols = 4099;
    float[] x = Operands.gaussians(ROWS * cols, random());
    float[] y = Operands.gaussians((ROWS + 1) * cols, random());
    return exact(
        "add",
        (device, rows) -> {
          Buffer sum = chosen(device, x, cols, rows);
          device.add(sum, chosen(device, y, cols, rows));
          device.add(sum, chosen(device, y, cols, ROWS));
          return Operands.rows(device, sum);
        });
  }

  private static RowOperation scale() {
    int cols = 4099;
    float[] x = Operands.gaussians(ROWS * cols, random());
    return exact(
        "scale",
        (device, rows) -> {
          Buffer product = chosen(device, x, cols, rows);
          device.scale(product, 0.7f);
          return Operands.rows(device, product);
        });
  }

  private static RowOperation scaleRows() {
    int cols = 1003;
    float[] x = Operands.gaussians(ROWS * cols, random());
    float[] factors = Operands.gaussians(ROWS, random());
    return exact(
        "scaleRows",
        (device, rows) -> {
          Buffer product = chosen(device, x, cols, rows);
          device.scaleRows(product, chosen(device, factors, 1, rows));
          return Operands.rows(device, product);
        });
  }

  private static RowOperation rescale() {
    int cols = 501;
    float[] x = Operands.gaussians(3 * ROWS * cols, random());
    float[] y = Operands.gaussians(ROWS * cols, random());
    return rounded(
        "rescale",
        (device, rows) -> {
          Buffer product = chosen(device, x, 3 * cols, rows);
          device.rescale(product.reshaped(3L * rows.length, cols), chosen(device, y, cols, rows));
          return Operands.rows(device, product);
        });
  }

  private static RowOperation mixRuns() {
    int length = 77;
    float[] x = Operands.gaussians(ROWS * 4 * length, random());
    float[] weights = Operands.gaussians(ROWS * 12, random());
    return rounded(
        "mixRuns",
        (device, rows) -> {
          Buffer out = device.buffer(rows.length, 3L * length);
          device.mixRuns(chosen(device, weights, 12, rows), chosen(device, x, 4 * length, rows), length, out);
          return Operands.rows(device, out);
        });
  }

  private static RowOperation copyColumns() {
    float[] x = Operands.gaussians(ROWS * 100, random());
    float[] target = Operands.gaussians(ROWS * 90, random());
    return exact(
        "copyColumns",
        (device, rows) -> {
          Buffer source = chosen(device, x, 100, rows);
          Buffer out = chosen(device, target, 90, rows);
          device.copyColumns(source, new ColumnRuns(7, 20, 1, 18, 11, 5), out);
          device.copyColumns(source, new ColumnRuns(50, 0, 13, 18, 4, 4), out);
          return Operands.rows(device, out);
        });
  }

  private static RowOperation elementwise(String name, BiConsumer<Device, Buffer> operation) {
    int cols = 4099;
    float[] x = Operands.gaussians(ROWS * cols, random());
    return rounded(
        name,
        (device, rows) -> {
          Buffer values = chosen(device, x, cols, rows);
          operation.accept(device, values);
          return Operands.rows(device, values);
        });
  }

  private static RowOperation layerNorm() {
    int cols = 48 * 85;
    float[] x = Operands.gaussians(ROWS * cols, random());
    float[] gain = Operands.gaussians(cols, random());
    return rounded(
        "layerNorm",
        (device, rows) -> {
          Buffer inPlace = chosen(device, x, cols, rows);
          Buffer out = device.buffer(rows.length, cols);
          Buffer factors = Operands.buffer(device, 1, cols, gain);
          device.layerNorm(inPlace, cols, factors, 1e-5f, out);
          device.layerNorm(inPlace, 48, factors, 1e-5f, inPlace);
          return sideBySide(device, List.of(out, inPlace));
        });
  }

  private static RowOperation rmsNorm() {
    return norm("rmsNorm", 4099, 4099);
  }

  private static RowOperation heads() {
    return norm("rmsNorm of heads", 48, 48 * 85);
  }

  private static RowOperation norm(String name, int length, int cols) {
    float[] x = Operands.gaussians(ROWS * cols, random());
    float[] gain = Operands.gaussians(length, random());
    return rounded(
        name,
        (device, rows) -> {
          Buffer inPlace = chosen(device, x, cols, rows);
          Buffer out = device.buffer(rows.length, cols);
          Buffer factors = Operands.buffer(device, 1, length, gain);
          device.rmsNorm(inPlace, factors, 1e-5f, out);
          device.rmsNorm(inPlace, factors, 1e-5f, inPlace);
          return sideBySide(device, List.of(out, inPlace));
        });
  }

  private static RowOperation rope(RopeSpec.Pairing pairing) {
    int cols = 70 * 60;
    float[] x = Operands.gaussians(ROWS * cols, random());
    double[] frequencies = random().doubles(32).toArray();
    int[] positions = random().ints(ROWS, 0, 5000).toArray();
    return rounded(
        "rope " + pairing,
        (device, rows) -> {
          Buffer rotated = chosen(device, x, cols, rows);
          int[] places = Arrays.stream(rows).map(row -> positions[row]).toArray();
          device.rope(rotated, places, new RopeSpec(pairing, 70, frequencies, 1.25f));
          return Operands.rows(device, rotated);
        });
  }

  private static RowOperation gate() {
    int cols = 4099;
    float[] x = Operands.gaussians(ROWS * cols, random());
    float[] up = Operands.gaussians(ROWS * cols, new SplittableRandom(43));
    return rounded(
        "gate",
        (device, rows) -> {
          List<Buffer> gates =
              Arrays.stream(ActivationFunction.values())
                  .map(
                      f -> {
                        Buffer gate = chosen(device, x, cols, rows);
                        device.gate(gate, chosen(device, up, cols, rows), f);
                        return gate;
                      })
                  .toList();
          return sideBySide(device, gates);
        });
  }

  /** Of an exact matrix, so that the fused form has the reference's intermediate codes but for those on an edge. */
  private static RowOperation gatedMlp() {
    TensorData gate = Operands.weights(Encodings.F16, 1, 352, 128, random());
    TensorData up = Operands.weights(Encodings.BF16, 1, 352, 128, random());
    TensorData down = Operands.weights(Encodings.F32, 1, 128, 352, random());
    float[] x = Operands.gaussians(ROWS * 128, random());
    return rounded(
        "gatedMlp",
        (device, rows) -> {
          Buffer out = device.buffer(rows.length, 128);
          List<Buffer> hidden = List.of(device.buffer(rows.length, 352), device.buffer(rows.length, 352));
          device.gatedMlp(
              chosen(device, x, 128, rows),
              device.load(gate),
              device.load(up),
              device.load(down),
              ActivationFunction.SILU,
              hidden,
              out);
          return Operands.rows(device, out);
        });
  }

  /** Each row sees the whole of its sequence. */
  private static RowOperation attentionToAll() {
    return attention("attention to all keys", ATTENTION, KvType.F16, KvType.F16, positions -> positions.map(_ -> 193));
  }

  private static RowOperation attention(String name, AttentionSpec spec) {
    return attention(name, spec, KvType.F32, KvType.F32, positions -> positions.map(position -> position + 1));
  }

  private static RowOperation attention(KvType keyType, KvType valueType) {
    String name = "attention, keys %s, values %s".formatted(keyType.id(), valueType.id());
    return attention(name, ATTENTION, keyType, valueType, positions -> positions.map(position -> position + 1));
  }

  /**
   * Queries of two sequences whose pages are not in order, at positions around the edges of groups of keys and of pages.
   * The second one has a copy of the first one's first page.
   */
  private static RowOperation attention(
      String name, AttentionSpec spec, KvType keyType, KvType valueType, UnaryOperator<IntStream> ends) {
    int[] positions = {0, 1, 14, 15, 16, 17, 31, 62, 63, 64, 65, 79, 80, 126, 127, 128, 129, 143, 190, 191, 192};
    int tokens = 193;
    int kCols = spec.headCountKv() * spec.keyDim();
    int vCols = spec.headCountKv() * spec.valueDim();
    int qCols = spec.headCount() * spec.keyDim();
    float[] k = Operands.gaussians(tokens * kCols, random());
    float[] v = Operands.gaussians(tokens * vCols, new SplittableRandom(43));
    float[] q = Operands.gaussians(ROWS * qCols, new SplittableRandom(44));
    return rounded(
        name,
        (device, rows) -> {
          var layer = new KvLayout.Layer(spec.headCountKv(), spec.keyDim(), spec.valueDim());
          KvPool pool = device.kvPool(new KvLayout(List.of(layer, layer), keyType, valueType));
          int[] spare = IntStream.range(0, 3).map(_ -> pool.allocate()).toArray();
          int[] first = {pool.allocate(), spare[2], pool.allocate(), spare[0]};
          int[] everything = IntStream.range(0, tokens).toArray();
          append(device, pool, first, everything, chosen(device, k, kCols, everything), chosen(device, v, vCols, everything));
          int[] second = {pool.copy(first[0]), spare[1], first[2], pool.copy(first[3])};
          int[] page = IntStream.range(KvPool.PAGE_TOKENS, 2 * KvPool.PAGE_TOKENS).toArray();
          append(device, pool, second, page, chosen(device, k, kCols, page), chosen(device, v, vCols, page));
          int[][] pages = Arrays.stream(rows).mapToObj(row -> row % 2 == 0 ? first : second).toArray(int[][]::new);
          Buffer out = device.buffer(rows.length, (long) spec.headCount() * spec.valueDim());
          int[] at = Arrays.stream(rows).map(row -> positions[row]).toArray();
          var places = new KvRows(pages, at, ends.apply(Arrays.stream(at)).toArray());
          device.attention(chosen(device, q, qCols, rows), pool, 1, spec, places, out);
          return Operands.rows(device, out);
        });
  }

  private static void append(Device device, KvPool pool, int[] sequence, int[] positions, Buffer k, Buffer v) {
    var pages = new int[positions.length][];
    Arrays.fill(pages, sequence);
    device.append(pool, 1, k, v, new KvRows(pages, positions));
  }
}
