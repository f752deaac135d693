package io.gatun.oracle.layers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor as a safetensors file stores it.
 *
 * @param name in the file
 * @param dtype as the file names it: {@code F16}, {@code I32}, {@code F8_E4M3}
 * @param shape slowest dimension first; none for a single number
 * @param bytes little-endian
 */
public record RawTensor(String name, String dtype, List<Long> shape, byte[] bytes) {

  /** Words. */
  static RawTensor ints(String name, int[] values, long... shape) {
    ByteBuffer bytes = room(values.length * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return new RawTensor(name, "I32", dims(shape), bytes.array());
  }

  /** 16-bit integers, of which the lower bits of {@code values} are stored. */
  static RawTensor shorts(String name, int[] values, long... shape) {
    ByteBuffer bytes = room(values.length * Short.BYTES);
    for (int value : values) {
      bytes.putShort((short) value);
    }
    return new RawTensor(name, "I16", dims(shape), bytes.array());
  }

  /** Bytes of any type of 8 bits, or of two values each. */
  static RawTensor bytes(String name, String dtype, byte[] values, long... shape) {
    return new RawTensor(name, dtype, dims(shape), values);
  }

  /** A text, as bytes. */
  static RawTensor text(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new RawTensor(name, "U8", List.of((long) bytes.length), bytes);
  }

  /** 64-bit integers. */
  static RawTensor longs(String name, long[] values, long... shape) {
    ByteBuffer bytes = room(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return new RawTensor(name, "I64", dims(shape), bytes.array());
  }

  /** Float32. */
  public static RawTensor floats(String name, float[] values, long... shape) {
    ByteBuffer bytes = room(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return new RawTensor(name, "F32", dims(shape), bytes.array());
  }

  /** Float16, rounded to nearest. */
  public static RawTensor halves(String name, float[] values, long... shape) {
    ByteBuffer bytes = room(values.length * Short.BYTES);
    for (float value : values) {
      bytes.putShort(Float.floatToFloat16(value));
    }
    return new RawTensor(name, "F16", dims(shape), bytes.array());
  }

  /** Bfloat16 of values that it can hold. */
  static RawTensor brains(String name, float[] values, long... shape) {
    ByteBuffer bytes = room(values.length * Short.BYTES);
    for (float value : values) {
      bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
    }
    return new RawTensor(name, "BF16", dims(shape), bytes.array());
  }

  private static ByteBuffer room(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static List<Long> dims(long... shape) {
    return Arrays.stream(shape).boxed().toList();
  }
}
