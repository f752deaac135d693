package io.gatun.conformance;

import io.gatun.device.ActivationFunction;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.Buffer;
import io.gatun.device.DeltaNetSpec;
import io.gatun.device.Device;
import io.gatun.device.StateCorrection;
import io.gatun.device.StateRows;
import io.gatun.device.StateSpaceSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The operations of a {@link Device} that carry a state. What they compute rows of are sequences of one to eight tokens,
 * some from their beginning on: as a whole, and again token by token, with the same bits. A sequence's results end with its
 * state. Stateless.
 */
final class Recurrences {
  private static final int SEQUENCES = 21;
  private static final int LONGEST = 8;

  /** Where in a state the operation's part is. */
  private static final int OFFSET = 3;

  private Recurrences() {}

  static Stream<RowOperation> all() {
    return Stream.of(
        convolve(301, 4),
        convolve(70, 1),
        convolve(33, 7),
        deltaNet(new DeltaNetSpec(2, 6, 24, 40), 1),
        deltaNet(new DeltaNetSpec(1, 2, 33, 150), 1),
        deltaNet(new DeltaNetSpec(2, 6, 24, 40), 24),
        linearAttention(3, 24, 40, false),
        linearAttention(3, 24, 40, true),
        linearAttention(1, 33, 150, true),
        stateSpace(new StateSpaceSpec(6, 10, 3, 12), 1),
        stateSpace(new StateSpaceSpec(6, 10, 3, 12), 12),
        stateSpace(new StateSpaceSpec(2, 133, 1, 19), 1),
        stateSpace(new StateSpaceSpec(150, 1, 2, 16), 16),
        stateSpace(new StateSpaceSpec(64, 1, 1, 5), 1));
  }

  /** Random operands of the tokens of all sequences. */
  private static float[] operand(int cols, int seed) {
    return Operands.gaussians(SEQUENCES * LONGEST * cols, new SplittableRandom(seed));
  }

  /** A computation of tokens, which are rows of the operands. */
  private interface Scan {
    void run(Device device, int[] tokens, StateRows states, Buffer out);
  }

  private static RowOperation sequences(String name, int width, long stateSize, Scan scan) {
    int size = OFFSET + Math.toIntExact(stateSize);
    float[] initial = Operands.gaussians(SEQUENCES * size, new SplittableRandom(40));
    return new RowOperation(
        name,
        ActivationPrecision.Q8,
        SEQUENCES,
        false,
        (device, sequences) -> {
          List<Buffer> states = states(device, initial, size, sequences);
          List<float[]> results = empty(sequences.length);
          int[] all = IntStream.range(0, sequences.length).toArray();
          int[] lengths = Arrays.stream(sequences).map(Recurrences::length).toArray();
          run(device, scan, width, steps(all, lengths), sequences, states, results);
          List<Buffer> others = states(device, initial, size, sequences);
          List<float[]> again = empty(sequences.length);
          for (int token = 0; token < LONGEST; token++) {
            int at = token;
            int[][] steps =
                Arrays.stream(all).filter(i -> at < lengths[i]).mapToObj(i -> new int[] {i, at}).toArray(int[][]::new);
            if (steps.length > 0) {
              run(device, scan, width, steps, sequences, others, again);
            }
          }
          for (int i : all) {
            results.set(i, Operands.joined(results.get(i), Operands.all(device, states.get(i))));
            again.set(i, Operands.joined(again.get(i), Operands.all(device, others.get(i))));
            Comparison.same(results.get(i), again.get(i), name + ", token by token");
          }
          return results.toArray(float[][]::new);
        });
  }

  private static List<float[]> empty(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(_ -> new float[0]).toList());
  }

  private static List<Buffer> states(Device device, float[] initial, int size, int... sequences) {
    return Arrays.stream(sequences).mapToObj(i -> RowOperations.chosen(device, initial, size, i)).toList();
  }

  private static int length(int sequence) {
    return 1 + sequence * 5 % LONGEST;
  }

  /** All tokens, those of a sequence after each other: which of the sequences, and which of its tokens. */
  private static int[][] steps(int[] sequences, int... lengths) {
    return Arrays.stream(sequences)
        .boxed()
        .flatMap(i -> IntStream.range(0, lengths[i]).mapToObj(token -> new int[] {i, token}))
        .toArray(int[][]::new);
  }

  /** Runs tokens of sequences, and appends each one's result to its sequence's. */
  private static void run(
      Device device,
      Scan scan,
      int width,
      int[][] steps,
      int[] sequences,
      List<Buffer> states,
      List<float[]> results) {
    int[] tokens = Arrays.stream(steps).mapToInt(step -> sequences[step[0]] * LONGEST + step[1]).toArray();
    int[] positions = Arrays.stream(steps).mapToInt(step -> sequences[step[0]] % 3 + step[1]).toArray();
    List<Buffer> byToken = Arrays.stream(steps).map(step -> states.get(step[0])).toList();
    Buffer out = device.buffer(tokens.length, width);
    scan.run(device, tokens, new StateRows(byToken, positions), out);
    float[][] rows = Operands.rows(device, out);
    for (int i = 0; i < rows.length; i++) {
      results.set(steps[i][0], Operands.joined(results.get(steps[i][0]), rows[i]));
    }
  }

  private static RowOperation convolve(int cols, int taps) {
    float[] x = operand(cols, 1);
    float[] kernel = Operands.gaussians(cols * taps, new SplittableRandom(2));
    return sequences(
        "convolve %d taps".formatted(taps),
        cols,
        (taps - 1L) * cols,
        (device, tokens, states, out) ->
            device.convolve(
                RowOperations.chosen(device, x, cols, tokens),
                Operands.buffer(device, 1, cols * taps, kernel),
                states,
                OFFSET,
                out));
  }

  private static RowOperation deltaNet(DeltaNetSpec spec, int stepsOfHead) {
    int keys = spec.keyHeads() * spec.keyDim();
    int values = spec.valueHeads() * spec.valueDim();
    float[] q = operand(keys, 1);
    float[] k = operand(keys, 2);
    float[] v = operand(values, 3);
    int stepCount = spec.valueHeads() * stepsOfHead;
    float[] steps = operand(stepCount, 4);
    float[] betas = operand(spec.valueHeads(), 5);
    float[] rate = falling(spec.valueHeads(), 0.6f);
    return sequences(
        "deltaNet %s, %d steps".formatted(spec, stepsOfHead),
        values,
        spec.stateSize(),
        (device, tokens, states, out) -> {
          Buffer beta = RowOperations.chosen(device, betas, spec.valueHeads(), tokens);
          device.scale(beta, 1f / spec.keyDim()); // or states would grow from token to token
          device.deltaNet(
              RowOperations.chosen(device, q, keys, tokens),
              RowOperations.chosen(device, k, keys, tokens),
              RowOperations.chosen(device, v, values, tokens),
              Operands.buffer(device, 1, rate.length, rate),
              RowOperations.chosen(device, steps, stepCount, tokens),
              beta,
              spec,
              states,
              OFFSET,
              out);
        });
  }

  private static RowOperation linearAttention(int heads, int keyDim, int valueDim, boolean corrected) {
    int keys = heads * keyDim;
    int values = heads * valueDim;
    float[] q = operand(keys, 1);
    float[] k = operand(keys, 2);
    float[] v = operand(values, 3);
    float[] decays = operand(keys, 4);
    float[] a = operand(keys, 5);
    return sequences(
        "linearAttention %d x %d x %d%s".formatted(heads, keyDim, valueDim, corrected ? ", corrected" : ""),
        values,
        (long) keys * valueDim,
        (device, tokens, states, out) -> {
          Buffer decay = RowOperations.chosen(device, decays, keys, tokens);
          device.activate(decay, ActivationFunction.SIGMOID);
          device.scale(decay, -2);
          Buffer b = RowOperations.chosen(device, a, keys, tokens);
          device.scale(b, -1f / keyDim); // or states would grow from token to token
          device.linearAttention(
              RowOperations.chosen(device, q, keys, tokens),
              RowOperations.chosen(device, k, keys, tokens),
              RowOperations.chosen(device, v, values, tokens),
              decay,
              corrected
                  ? Optional.of(new StateCorrection(RowOperations.chosen(device, a, keys, tokens), b))
                  : Optional.empty(),
              heads,
              states,
              OFFSET,
              out);
        });
  }

  private static RowOperation stateSpace(StateSpaceSpec spec, int rates) {
    int shared = spec.groups() * spec.stateDim();
    float[] x = operand(spec.width(), 1);
    float[] b = operand(shared, 2);
    float[] c = operand(shared, 3);
    float[] steps = operand(spec.heads(), 4);
    float[] rate = falling(spec.heads() * rates, 0.03f);
    float[] skip = Operands.gaussians(spec.heads(), new SplittableRandom(5));
    return sequences(
        "stateSpace %s, %d rates".formatted(spec, rates),
        spec.width(),
        spec.stateSize(),
        (device, tokens, states, out) ->
            device.stateSpace(
                RowOperations.chosen(device, x, spec.width(), tokens),
                RowOperations.chosen(device, b, shared, tokens),
                RowOperations.chosen(device, c, shared, tokens),
                Operands.buffer(device, 1, rate.length, rate),
                RowOperations.chosen(device, steps, spec.heads(), tokens),
                Operands.buffer(device, 1, skip.length, skip),
                spec,
                states,
                OFFSET,
                out));
  }

  /** 0 and what is below it, in equal steps. */
  private static float[] falling(int count, float step) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = -step * i;
    }
    return values;
  }
}
