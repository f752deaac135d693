package io.gatun.oracle.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * bitsandbytes, 4 bits: a table of 16 levels and a magnitude for each block of the flattened matrix.
 *
 * @param table the levels
 * @param block values in a block
 * @param nested whether magnitudes are quantized too
 */
record BitsAndBytesWriter(Table table, int block, boolean nested) implements LayerWriter {
  private static final int NESTED_BLOCK = 256;

  /** The levels by code. */
  enum Table {
    NF4(
        -1f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
        -0.18477343022823334f, -0.09105003625154495f, 0f, 0.07958029955625534f, 0.16093020141124725f,
        0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f,
        1f),
    FP4(
        0f, 1 / 192f, 2 / 3f, 1f, 1 / 3f, 1 / 2f, 1 / 6f, 1 / 4f,
        -0f, -1 / 192f, -2 / 3f, -1f, -1 / 3f, -1 / 2f, -1 / 6f, -1 / 4f);

    @SuppressWarnings("ImmutableEnumChecker") // never written
    private final float[] levels;

    Table(float... levels) {
      this.levels = levels;
    }
  }

  @Override
  public StoredLayer write(String key, FloatMatrix weights, SplittableRandom random) {
    float[] values = weights.values();
    int blocks = Math.ceilDiv(values.length, block);
    var magnitudes = new float[blocks];
    for (int i = 0; i < values.length; i++) {
      magnitudes[i / block] = Math.max(magnitudes[i / block], Math.abs(values[i]));
    }
    var tensors = new ArrayList<RawTensor>();
    String nestedState = nested ? nested(key, magnitudes, tensors) : plain(key, magnitudes, tensors);
    var packed = new byte[Math.ceilDiv(values.length, 2)];
    var matrix = new FloatMatrix(weights.out(), weights.in());
    for (int i = 0; i < values.length; i++) {
      float magnitude = magnitudes[i / block];
      int code = Rounding.nearest(table.levels, magnitude == 0 ? 0 : values[i] / magnitude);
      packed[i / 2] |= (byte) (i % 2 == 0 ? code << 4 : code);
      matrix.values()[i] = table.levels[code] * magnitude;
    }
    String name = table.name().toLowerCase(Locale.ROOT);
    tensors.add(RawTensor.bytes(key + ".weight", "U8", packed, packed.length, 1));
    tensors.add(RawTensor.floats(key + ".weight.quant_map", table.levels, table.levels.length));
    tensors.add(
        RawTensor.text(
            key + ".weight.quant_state.bitsandbytes__" + name,
            """
            {"quant_type":"%s","blocksize":%d,"dtype":"float16","shape":[%d,%d]%s}"""
                .formatted(name, block, weights.out(), weights.in(), nestedState)));
    return new StoredLayer(tensors, matrix);
  }

  private static String plain(String key, float[] magnitudes, List<RawTensor> tensors) {
    tensors.add(RawTensor.floats(key + ".weight.absmax", magnitudes, magnitudes.length));
    return "";
  }

  /** Replaces the magnitudes by what is stored of them. */
  private static String nested(String key, float[] magnitudes, List<RawTensor> tensors) {
    double sum = 0;
    for (float magnitude : magnitudes) {
      sum += magnitude;
    }
    float offset = (float) (sum / magnitudes.length);
    var outer = new float[Math.ceilDiv(magnitudes.length, NESTED_BLOCK)];
    for (int j = 0; j < magnitudes.length; j++) {
      outer[j / NESTED_BLOCK] = Math.max(outer[j / NESTED_BLOCK], Math.abs(magnitudes[j] - offset));
    }
    float[] map = dynamicMap();
    var codes = new byte[magnitudes.length];
    for (int j = 0; j < magnitudes.length; j++) {
      float largest = outer[j / NESTED_BLOCK];
      int code = Rounding.nearest(map, largest == 0 ? 0 : (magnitudes[j] - offset) / largest);
      codes[j] = (byte) code;
      float product = map[code] * largest;
      magnitudes[j] = product + offset;
    }
    tensors.add(RawTensor.bytes(key + ".weight.absmax", "U8", codes, codes.length));
    tensors.add(RawTensor.floats(key + ".weight.nested_absmax", outer, outer.length));
    tensors.add(RawTensor.floats(key + ".weight.nested_quant_map", map, map.length));
    return """
        ,"nested_blocksize":%d,"nested_dtype":"float32","nested_offset":%s"""
        .formatted(NESTED_BLOCK, Double.toString(offset));
  }

  /** In each decade up to 1 the middles of a grid on [0.1, 1], twice as many as below, of both signs; 0 and 1. */
  private static float[] dynamicMap() {
    var map = new float[256];
    int next = 0;
    for (int decade = 0; decade < 7; decade++) {
      int count = 1 << decade;
      for (int i = 0; i < count; i++) {
        double middle = (0.1 + 0.9 * (2 * i + 1) / (2.0 * count)) * Math.pow(10, decade - 6);
        map[next++] = (float) middle;
        map[next++] = (float) -middle;
      }
    }
    map[next++] = 0;
    map[next] = 1;
    Arrays.sort(map);
    return map;
  }
}
