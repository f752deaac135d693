package io.gatun.oracle.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * EXL3: tiles of 16 × 16 whose codes are windows of 16 bits on a circle of bits, between two Hadamard rotations. Codes are
 * chosen one after another, each as good as those before it allow, which is good at many bits.
 *
 * @param codebook numbers of the windows
 * @param bits new ones in each window
 */
record Exl3Writer(Codebook codebook, int bits) implements LayerWriter {
  private static final int TILE = 16;
  private static final int VALUES = TILE * TILE;
  private static final int BLOCK = 128;
  private static final int STATES = 1 << 16;

  /** What a window means. */
  enum Codebook {
    THREE_INSTRUCTIONS(0, 1.244),
    MCG(0xCBAC1FED, 1.244),
    MUL1(0x83DCD12D, 1.0);

    private final int multiplier;
    private final double deviation;

    Codebook(int multiplier, double deviation) {
      this.multiplier = multiplier;
      this.deviation = deviation;
    }

    private float value(int state) {
      return switch (this) {
        case THREE_INSTRUCTIONS -> masked(state * 89226354 + 64248484);
        case MCG -> masked(state * multiplier);
        case MUL1 -> summed(state * multiplier);
      };
    }

    private static float masked(int x) {
      int u = x & 0x8FFF8FFF ^ 0x3B603B60;
      return Rounding.half(Float.float16ToFloat((short) u) + Float.float16ToFloat((short) (u >>> 16)));
    }

    private static float summed(int x) {
      int sum = (x & 0xFF) + (x >>> 8 & 0xFF) + (x >>> 16 & 0xFF) + (x >>> 24);
      double slope = Float.float16ToFloat((short) 0x1EEE);
      double offset = Float.float16ToFloat((short) 0xC931);
      return Rounding.half((float) ((1024 + sum) * slope + offset)); // the float is exact
    }
  }

  @Override
  public StoredLayer write(String key, FloatMatrix weights, SplittableRandom random) {
    int out = Math.ceilDiv(weights.out(), BLOCK) * BLOCK;
    int in = weights.in();
    if (in % BLOCK != 0) {
      throw new IllegalArgumentException("%s: %d inputs, expected a multiple of %d".formatted(key, in, BLOCK));
    }
    double[] turned = turned(weights.padded(out, in));
    double squares = 0;
    for (double value : turned) {
      squares += value * value;
    }
    double deviation = Math.sqrt(squares / turned.length) / codebook.deviation;
    float[] suh = signs(in, 1, random);
    float[] svh = signs(out, deviation, random);
    double[] inner = rotated(weights.padded(out, in), suh, svh);
    var levels = new float[STATES];
    for (int state = 0; state < STATES; state++) {
      levels[state] = codebook.value(state);
    }
    int words = TILE * bits;
    var trellis = new int[in / TILE * (out / TILE) * words];
    var quantized = new double[inner.length];
    for (int ti = 0; ti < in / TILE; ti++) {
      for (int tj = 0; tj < out / TILE; tj++) {
        int first = (ti * (out / TILE) + tj) * words;
        tile(inner, quantized, ti, tj, out, levels, trellis, first);
      }
    }
    var tensors = new ArrayList<RawTensor>();
    tensors.add(RawTensor.shorts(key + ".trellis", trellis, in / TILE, out / TILE, words));
    tensors.add(RawTensor.halves(key + ".suh", suh, in));
    tensors.add(RawTensor.halves(key + ".svh", svh, out));
    switch (codebook) {
      case THREE_INSTRUCTIONS -> {}
      case MCG -> tensors.add(RawTensor.ints(key + ".mcg", new int[] {codebook.multiplier}));
      case MUL1 -> tensors.add(RawTensor.ints(key + ".mul1", new int[] {codebook.multiplier}));
    }
    return new StoredLayer(tensors, matrix(quantized, suh, svh).rows(weights.out()));
  }

  /** A matrix {@code [in, out]}, whose deviation rotations keep. */
  private static double[] turned(FloatMatrix weights) {
    var turned = new double[weights.values().length];
    for (int n = 0; n < weights.out(); n++) {
      for (int k = 0; k < weights.in(); k++) {
        turned[k * weights.out() + n] = weights.at(n, k);
      }
    }
    return turned;
  }

  private static float[] signs(int count, double magnitude, SplittableRandom random) {
    var factors = new float[count];
    for (int i = 0; i < count; i++) {
      factors[i] = Rounding.half((float) (random.nextBoolean() ? magnitude : -magnitude));
    }
    return factors;
  }

  /** H · diag(1/suh) · W · diag(1/svh) · H: a normed Hadamard matrix is its own inverse. */
  private static double[] rotated(FloatMatrix weights, float[] suh, float[] svh) {
    int out = weights.out();
    double[] inner = turned(weights);
    for (int i = 0; i < inner.length; i++) {
      inner[i] /= (double) suh[i / out] * svh[i % out];
    }
    rotate(inner, out);
    return inner;
  }

  private static void rotate(double[] inner, int out) {
    int in = inner.length / out;
    for (int k = 0; k < in; k++) {
      for (int n = 0; n < out; n += BLOCK) {
        hadamard(inner, k * out + n, 1);
      }
    }
    for (int n = 0; n < out; n++) {
      for (int k = 0; k < in; k += BLOCK) {
        hadamard(inner, k * out + n, out);
      }
    }
  }

  private static void hadamard(double[] values, int first, int step) {
    for (int half = 1; half < BLOCK; half *= 2) {
      for (int i = 0; i < BLOCK; i++) {
        if ((i & half) == 0) {
          int low = first + i * step;
          int high = low + half * step;
          double sum = values[low] + values[high];
          values[high] = values[low] - values[high];
          values[low] = sum;
        }
      }
    }
    for (int i = 0; i < BLOCK; i++) {
      values[first + i * step] /= Math.sqrt(BLOCK);
    }
  }

  private static FloatMatrix matrix(double[] quantized, float[] suh, float[] svh) {
    int out = svh.length;
    rotate(quantized, out);
    var matrix = new FloatMatrix(out, suh.length);
    for (int i = 0; i < quantized.length; i++) {
      matrix.set(i % out, i / out, (float) (quantized[i] * suh[i / out] * svh[i % out]));
    }
    return matrix;
  }

  /** Chooses the bits of a tile; those of its last value, which is in the windows of the first, are zeros. */
  private void tile(
      double[] inner, double[] quantized, int ti, int tj, int out, float[] levels, int[] trellis, int first) {
    int state = 0;
    int mask = (1 << bits) - 1;
    for (int t = 0; t < VALUES; t++) {
      int at = (ti * TILE + row(t)) * out + tj * TILE + column(t);
      int kept = state << bits & STATES - 1;
      int best = 0;
      for (int fresh = 1; t < VALUES - Math.ceilDiv(TILE, bits) && fresh <= mask; fresh++) {
        if (Math.abs(levels[kept | fresh] - inner[at]) < Math.abs(levels[kept | best] - inner[at])) {
          best = fresh;
        }
      }
      state = kept | best;
      quantized[at] = levels[state];
      for (int bit = 0; bit < bits; bit++) {
        put(trellis, first, t * bits + bit, best >>> bits - 1 - bit & 1);
      }
    }
  }

  /** Bit p is bit 31 − p mod 32 of word p div 32; words are pairs of 16-bit numbers, the lower first. */
  private static void put(int[] shorts, int first, int position, int bit) {
    int inWord = 31 - position % 32;
    shorts[first + position / 32 * 2 + inWord / 16] |= bit << inWord % 16;
  }

  private static int row(int t) {
    int lane = t / 8;
    int j = t % 8;
    return 2 * (lane % 4) + (j & 1) + 8 * (j >> 1 & 1);
  }

  private static int column(int t) {
    return t / 8 / 4 + 8 * (t % 8 >> 2);
  }
}
