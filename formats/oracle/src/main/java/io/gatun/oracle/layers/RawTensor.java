package io.gatun.oracle.layers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A tensor as a safetensors file stores it.
 *
 * @param name in the file
 * @param dtype as the file names it: {@code F16}, {@code I32}, {@code F8_E4M3}
 * @param shape slowest dimension first; none for a single number
 * @param bytes little-endian
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record RawTensor(String name, String dtype, List<Long> shape, byte[] bytes) {

  /** Words. */
  static RawTensor ints(String name, int[] values, long... shape) {
    return of(name, "I32", values.length * Integer.BYTES, bytes -> bytes.asIntBuffer().put(values), shape);
  }

  /** 16-bit integers, of which the lower bits of {@code values} are stored. */
  static RawTensor shorts(String name, int[] values, long... shape) {
    return of(
        name,
        "I16",
        values.length * Short.BYTES,
        bytes -> {
          for (int value : values) {
            bytes.putShort((short) value);
          }
        },
        shape);
  }

  /** Bytes of any type of 8 bits, or of two values each. */
  static RawTensor bytes(String name, String dtype, byte[] values, long... shape) {
    return of(name, dtype, values.length, bytes -> bytes.put(values), shape);
  }

  /** A text, as bytes. */
  static RawTensor text(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return bytes(name, "U8", bytes, bytes.length);
  }

  /** 64-bit integers. */
  static RawTensor longs(String name, long[] values, long... shape) {
    return of(name, "I64", values.length * Long.BYTES, bytes -> bytes.asLongBuffer().put(values), shape);
  }

  /** Float32. */
  public static RawTensor floats(String name, float[] values, long... shape) {
    return of(name, "F32", values.length * Float.BYTES, bytes -> bytes.asFloatBuffer().put(values), shape);
  }

  /** Float16, rounded to nearest. */
  public static RawTensor halves(String name, float[] values, long... shape) {
    return of(
        name,
        "F16",
        values.length * Short.BYTES,
        bytes -> {
          for (float value : values) {
            bytes.putShort(Float.floatToFloat16(value));
          }
        },
        shape);
  }

  /** Bfloat16 of values that it can hold. */
  static RawTensor brains(String name, float[] values, long... shape) {
    return of(
        name,
        "BF16",
        values.length * Short.BYTES,
        bytes -> {
          for (float value : values) {
            bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
          }
        },
        shape);
  }

  private static RawTensor of(String name, String dtype, int length, Consumer<ByteBuffer> content, long... shape) {
    var bytes = new byte[length];
    content.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    return new RawTensor(name, dtype, Arrays.stream(shape).boxed().toList(), bytes);
  }
}
