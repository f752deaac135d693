package io.gatun.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The operations that only some architectures need, against small cases worked out by hand. */
class ReferenceOperationsTest {
  private final Device device = new ReferenceDevice(ActivationPrecision.F32);

  @AfterEach
  void close() {
    device.close();
  }

  @Test
  void layerNormTakesOffTheMeanAndRepeatsItsGain() {
    Buffer x = Samples.buffer(device, 1, 4, 1, 3, 10, 14);
    device.layerNorm(x, 2, Samples.buffer(device, 1, 4, 1, 2, 3, 4), 0, x);
    assertArrayEquals(new float[] {-1, 2, -3, 4}, Samples.all(device, x));
    Buffer y = Samples.buffer(device, 1, 4, 1, 3, 10, 14);
    device.layerNorm(y, 2, Samples.buffer(device, 1, 2, 1, 5), 0, y);
    assertArrayEquals(new float[] {-1, 5, -1, 5}, Samples.all(device, y));
    Buffer three = Samples.buffer(device, 1, 3, 1, 1, 1);
    assertThrows(IllegalArgumentException.class, () -> device.layerNorm(x, 2, three, 0, x));
  }

  @Test
  void activationsAreTheirFormulas() {
    double gelu = 0.75 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (1.5 + 0.044715 * 3.375)));
    assertEquals(gelu, of(ActivationFunction.GELU), 1e-7);
    assertEquals(2.25, of(ActivationFunction.RELU_SQUARED));
    assertEquals(1 / (1 + Math.exp(-1.5)), of(ActivationFunction.SIGMOID), 1e-7);
    assertEquals(1.5, of(ActivationFunction.IDENTITY));
    assertEquals(1.5, of(ActivationFunction.RELU));
    assertEquals(Math.log(1 + Math.exp(1.5)), of(ActivationFunction.SOFTPLUS), 1e-7);
    Buffer gate = Samples.buffer(device, 1, 3, 1.5f, 9, 1);
    device.gate(gate, Samples.buffer(device, 1, 3, 0.5f, -9, 9), ActivationFunction.SILU_CLAMPED);
    float[] expected = {
      (float) (1.5 / (1 + Math.exp(-1.702 * 1.5)) * 1.5),
      (float) (7 / (1 + Math.exp(-1.702 * 7)) * -6),
      (float) (1 / (1 + Math.exp(-1.702)) * 8)
    };
    assertArrayEquals(expected, Samples.all(device, gate), 1e-6f);
  }

  private float of(ActivationFunction f) {
    Buffer x = Samples.buffer(device, 1, 1, 1.5f);
    device.activate(x, f);
    return Samples.all(device, x)[0];
  }

  @Test
  void valuesAreCappedAndClamped() {
    Buffer x = Samples.buffer(device, 1, 3, 3, -30, 300);
    device.softcap(x, 30);
    float[] capped = {(float) (30 * Math.tanh(0.1)), (float) (-30 * Math.tanh(1)), (float) (30 * Math.tanh(10))};
    assertArrayEquals(capped, Samples.all(device, x), 1e-6f);
    Buffer y = Samples.buffer(device, 1, 4, 3, -30, Float.NaN, 0.5f);
    device.clamp(y, 2);
    assertArrayEquals(new float[] {2, -2, Float.NaN, 0.5f}, Samples.all(device, y));
    assertThrows(IllegalArgumentException.class, () -> device.softcap(x, 0));
  }

  @Test
  void xieluIsASquareAboveZeroAndAnExponentialBelow() {
    Buffer x = Samples.buffer(device, 1, 3, 2, -1, 0);
    device.xielu(x, new XieluSpec(0.5f, 0.25f, 3, -1e-6f));
    assertArrayEquals(
        new float[] {8, (float) (0.25 * (Math.expm1(-1) + 1) - 3), (float) (0.25 * Math.expm1(-1e-6))},
        Samples.all(device, x),
        1e-7f);
  }

  @Test
  void whatIsFarAboveTheMeanStays() {
    Buffer x = Samples.buffer(device, 2, 4, 1, 2, 3, 6, -1, -1, -1, -1);
    device.sparsify(x, 0.5f); // mean 3, deviation √(14 / 3)
    float least = (float) (3 + 0.5 * Math.sqrt(14 / 3.0));
    assertArrayEquals(new float[] {0, 0, 0, 6 - least, 0, 0, 0, 0}, Samples.all(device, x), 1e-6f);
    assertThrows(IllegalArgumentException.class, () -> device.sparsify(device.buffer(2, 1), 0.5f));
  }

  @Test
  void rowsGetTheLengthsOfOthersAndRunsAreMixed() {
    Buffer x = Samples.buffer(device, 4, 2, 3, 4, 0, 1, 2, 0, 5, 12);
    device.rescale(x, Samples.buffer(device, 2, 2, 0, 10, 26, 0));
    assertArrayEquals(new float[] {6, 8, 0, 10, 26, 0, 10, 24}, Samples.all(device, x), 1e-5f);
    Buffer out = device.buffer(1, 4);
    device.mixRuns(Samples.buffer(device, 1, 4, 1, 10, 2, -1), Samples.buffer(device, 1, 4, 1, 2, 3, 4), 2, out);
    assertArrayEquals(new float[] {31, 42, -1, 0}, Samples.all(device, out));
    Buffer two = Samples.buffer(device, 1, 2, 1, 1);
    assertThrows(IllegalArgumentException.class, () -> device.mixRuns(two, x, 2, out));
    assertThrows(IllegalArgumentException.class, () -> device.rescale(out, two));
  }

  @Test
  void rowsHaveFactorsAndColumnsMove() {
    Buffer x = Samples.buffer(device, 2, 4, 1, 2, 3, 4, 5, 6, 7, 8);
    device.scaleRows(x, Samples.buffer(device, 2, 1, 10, -1));
    assertArrayEquals(new float[] {10, 20, 30, 40, -5, -6, -7, -8}, Samples.all(device, x));
    Buffer out = Samples.buffer(device, 2, 5, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9);
    device.copyColumns(x, new ColumnRuns(1, 2, 0, 3, 1, 2), out);
    assertArrayEquals(new float[] {20, 0, 0, 40, 0, -6, 9, 9, -8, 9}, Samples.all(device, out));
    assertThrows(IllegalArgumentException.class, () -> device.copyColumns(x, new ColumnRuns(1, 2, 0, 3, 1, 3), out));
    assertThrows(IllegalArgumentException.class, () -> new ColumnRuns(0, 0, 0, 1, 2, 2));
  }

  @Test
  void slotsGetTheirExpertsBias() {
    Matrix biases = device.load(Samples.floats(List.of(3L, 2L), 1, 2, 10, 20, 100, 200));
    Buffer slots = Samples.buffer(device, 2, 2, 0.5f, 0.5f, 0.25f, 0.25f);
    device.addExperts(slots, biases, new Routing(2, new int[] {2, 0}, new float[2]));
    assertArrayEquals(new float[] {100.5f, 200.5f, 1.25f, 2.25f}, Samples.all(device, slots));
  }

  /** Logits 0, ln 3, 0, ln 3 are probabilities 1/2, 3/4, 1/2, 3/4 each by itself. */
  @Test
  void routersAddBiasesAndChooseGroups() {
    float three = (float) Math.log(3);
    Buffer logits = Samples.buffer(device, 1, 4, 0, three, 0, three);
    var sigmoid = RouterSpec.Weighting.SIGMOID_RENORMALIZED;
    Routing plain = device.route(logits, new RouterSpec(2, sigmoid));
    assertArrayEquals(new int[] {1, 3}, plain.experts());
    assertArrayEquals(new float[] {0.5f, 0.5f}, plain.weights(), 1e-7f);
    Routing biased = device.route(logits, new RouterSpec(2, sigmoid, 2, new float[] {0, 0, 1, 0}, 1, 1));
    assertArrayEquals(new int[] {2, 1}, biased.experts());
    assertArrayEquals(new float[] {0.8f, 1.2f}, biased.weights(), 1e-6f);
    Routing grouped = device.route(logits, new RouterSpec(2, sigmoid, 1, new float[] {0, 0, 1, 0}, 2, 1));
    assertArrayEquals(new int[] {2, 3}, grouped.experts());
    var tooMany = new RouterSpec(3, sigmoid, 1, new float[0], 2, 1);
    assertThrows(IllegalArgumentException.class, () -> device.route(logits, tooMany));
  }

  /** Two columns, three taps; the same in one call, token by token, and beside another sequence. */
  @Test
  void convolutionsGoOnWhereTheyStopped() {
    Buffer kernel = Samples.buffer(device, 1, 6, 1, 10, 100, -1, 0, 2);
    Buffer state = Samples.buffer(device, 1, 5, Float.NaN, 7, 7, 7, 7);
    float[] expected = {100, 2, 210, 4, 321, 5, 432, 6};
    Buffer out = device.buffer(4, 2);
    var rows = new StateRows(List.of(state, state, state, state), new int[] {0, 1, 2, 3});
    device.convolve(Samples.buffer(device, 4, 2, 1, 1, 2, 2, 3, 3, 4, 4), kernel, rows, 1, out);
    assertArrayEquals(expected, Samples.all(device, out));
    assertArrayEquals(new float[] {Float.NaN, 3, 3, 4, 4}, Samples.all(device, state));
    for (int token = 0; token < 4; token++) {
      float value = token + 1;
      Buffer one = device.buffer(1, 2);
      var row = new StateRows(List.of(state), new int[] {token});
      device.convolve(Samples.buffer(device, 1, 2, value, value), kernel, row, 1, one);
      assertArrayEquals(new float[] {expected[2 * token], expected[2 * token + 1]}, Samples.all(device, one));
    }
    assertThrows(IllegalArgumentException.class, () -> device.convolve(out, kernel, rows, 2, device.buffer(4, 2)));
  }

  /**
   * One head, keys of one value, values of two. With rate −1 and a step of ln(e − 1) the state halves e-fold: it becomes
   * {@code S / e}, then gains half of what is missing.
   */
  @Test
  void theDeltaRuleForgetsAndCorrects() {
    float step = (float) Math.log(Math.E - 1);
    var spec = new DeltaNetSpec(1, 1, 1, 2);
    Buffer state = Samples.buffer(device, 1, 2, Float.NaN, Float.NaN);
    Buffer out = device.buffer(2, 2);
    device.deltaNet(
        Samples.buffer(device, 2, 1, 2, 3),
        Samples.buffer(device, 2, 1, 1, 1),
        Samples.buffer(device, 2, 2, 4, 8, 2, 0),
        Samples.buffer(device, 1, 1, -1),
        Samples.buffer(device, 2, 1, step, step),
        Samples.buffer(device, 2, 1, 0.5f, 0.5f),
        spec,
        new StateRows(List.of(state, state), new int[] {0, 1}),
        0,
        out);
    double first = 2 / Math.E + 0.5 * (2 - 2 / Math.E);
    double second = 4 / Math.E + 0.5 * (0 - 4 / Math.E);
    assertArrayEquals(new float[] {(float) first, (float) second}, Samples.all(device, state), 1e-6f);
    assertArrayEquals(new float[] {4, 8, (float) (3 * first), (float) (3 * second)}, Samples.all(device, out), 1e-5f);
  }

  /** A head of one value with a state of two, of which one forgets by half and the other nothing; a step of 1. */
  @Test
  void aStateSpaceForgetsAndReads() {
    float step = (float) Math.log(Math.E - 1);
    float half = (float) Math.log(0.5);
    Buffer state = Samples.buffer(device, 1, 2, Float.NaN, Float.NaN);
    Buffer out = device.buffer(2, 1);
    device.stateSpace(
        Samples.buffer(device, 2, 1, 3, 5),
        Samples.buffer(device, 2, 2, 1, 2, -1, 4),
        Samples.buffer(device, 2, 2, 10, 1, 1, 100),
        Samples.buffer(device, 1, 2, half, 0),
        Samples.buffer(device, 2, 1, step, step),
        Samples.buffer(device, 1, 1, 0.5f),
        new StateSpaceSpec(1, 1, 1, 2),
        new StateRows(List.of(state, state), new int[] {0, 1}),
        0,
        out);
    assertArrayEquals(new float[] {1.5f - 5, 6 + 20}, Samples.all(device, state), 1e-5f);
    assertArrayEquals(new float[] {36 + 1.5f, -3.5f + 2600 + 2.5f}, Samples.all(device, out), 1e-3f);
  }
}
