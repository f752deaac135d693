package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.INT;
import static io.gatun.tensors.LittleEndian.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * Finds blocks whose numbers are exactly those that are wanted: a matrix that was quantized in another format goes into an
 * encoding of the catalogue without a loss, or not at all. All is found from the numbers, so that it does not matter how
 * the other format stores them.
 */
public final class ExactEncoders {

  /** Turns numbers into blocks without rounding. Implementations are immutable and thread-safe. */
  @FunctionalInterface
  public interface ExactEncoder {
    /**
     * Encodes {@code count} values, as {@link Encoder#encode} but for rounding.
     *
     * @return whether there are blocks that decode to these very values, −0 and 0 being one; if not, {@code target} holds
     *     anything
     */
    boolean encode(float[] source, int start, MemorySegment target, long offset, int count);
  }

  /** Encodes one block whose ranges were checked. */
  private interface BlockEncoder {
    boolean encode(float[] source, int start, MemorySegment target, long offset);
  }

  /** By code of E2M1, twice its number. */
  private static final List<Integer> LEVELS = List.of(0, 1, 2, 3, 4, 6, 8, 12);

  private static final int NIBBLE_SIGN = 8;
  private static final SequencedMap<Encoding, ExactEncoder> BY_ENCODING = byEncoding();

  private ExactEncoders() {}

  /** All that there are, of the fewest bits first. */
  public static SequencedMap<Encoding, ExactEncoder> all() {
    return BY_ENCODING;
  }

  private static SequencedMap<Encoding, ExactEncoder> byEncoding() {
    var encoders = new LinkedHashMap<Encoding, ExactEncoder>();
    encoders.put(Encodings.MXFP4, blocks(Encodings.MXFP4, ExactEncoders::mxfp4));
    encoders.put(Encodings.Q4_0, blocks(Encodings.Q4_0, ExactEncoders::q4_0));
    encoders.put(Encodings.NVFP4, blocks(Encodings.NVFP4, ExactEncoders::nvfp4));
    encoders.put(Encodings.Q5_0, blocks(Encodings.Q5_0, ExactEncoders::q5_0));
    encoders.put(Encodings.Q8_0, blocks(Encodings.Q8_0, ExactEncoders::q8_0));
    return Collections.unmodifiableSequencedMap(encoders);
  }

  private static ExactEncoder blocks(Encoding encoding, BlockEncoder block) {
    return (source, start, target, offset, count) -> {
      Objects.checkFromIndexSize(offset, encoding.bytes(count), target.byteSize());
      Objects.checkFromIndexSize(start, count, source.length);
      boolean exact = true;
      long at = offset;
      for (int i = 0; exact && i < count; i += encoding.blockLength(), at += encoding.blockBytes()) {
        exact = block.encode(source, start + i, target, at);
      }
      return exact;
    };
  }

  /** The scale is a power of two, and each number a level of it. */
  private static boolean mxfp4(float[] source, int start, MemorySegment target, long offset) {
    float extreme = extreme(source, start, MXFP4.VALUES);
    if (extreme == 0) {
      target.asSlice(offset, MXFP4.BYTES).fill((byte) 0);
      return true;
    }
    var codes = new int[MXFP4.VALUES];
    for (int level : LEVELS.subList(1, LEVELS.size())) {
      float scale = Math.abs(extreme) / level;
      int exponent = Math.getExponent(scale);
      boolean isPower = exponent >= Float.MIN_EXPONENT && exponent < Float.MAX_EXPONENT && scale == Math.scalb(1f, exponent);
      if (isPower && codes(source, start, scale, LEVELS.getLast() + 1, codes) && toLevels(codes)) {
        target.set(ValueLayout.JAVA_BYTE, offset + MXFP4.EXPONENT, (byte) (exponent + 128));
        nibbles(codes, target, offset + MXFP4.NIBBLES);
        return true;
      }
    }
    return false;
  }

  /** Each group has a scale in E4M3, without a sign. */
  private static boolean nvfp4(float[] source, int start, MemorySegment target, long offset) {
    boolean exact = true;
    for (int group = 0; exact && group < NVFP4.VALUES / NVFP4.GROUP; group++) {
      exact = nvfp4Group(source, start + group * NVFP4.GROUP, target, offset, group);
    }
    return exact;
  }

  private static boolean nvfp4Group(float[] source, int start, MemorySegment target, long offset, int group) {
    long scaleAt = offset + NVFP4.SCALES + group;
    long nibblesAt = offset + NVFP4.NIBBLES + group * (NVFP4.GROUP / 2L);
    float extreme = extreme(source, start, NVFP4.GROUP);
    var codes = new int[NVFP4.GROUP];
    if (extreme == 0) {
      target.set(ValueLayout.JAVA_BYTE, scaleAt, (byte) 0);
      nibbles(codes, target, nibblesAt);
      return true;
    }
    for (int level : LEVELS.subList(1, LEVELS.size())) {
      float half = Math.abs(extreme) / level;
      int scale = NVFP4.scaleCode(half);
      if (scale > 0 && codes(source, start, half, LEVELS.getLast() + 1, codes) && toLevels(codes)) {
        target.set(ValueLayout.JAVA_BYTE, scaleAt, (byte) scale);
        nibbles(codes, target, nibblesAt);
        return true;
      }
    }
    return false;
  }

  /** Puts the codes of levels in their place; returns whether all are levels. */
  private static boolean toLevels(int[] codes) {
    for (int i = 0; i < codes.length; i++) {
      int level = LEVELS.indexOf(Math.abs(codes[i]));
      if (level < 0) {
        return false;
      }
      codes[i] = codes[i] < 0 ? level | NIBBLE_SIGN : level;
    }
    return true;
  }

  private static boolean q4_0(float[] source, int start, MemorySegment target, long offset) {
    var codes = new int[Q4_0.VALUES];
    float scale = halfScale(source, start, NIBBLE_SIGN, codes);
    if (Float.isNaN(scale)) {
      return false;
    }
    for (int i = 0; i < codes.length; i++) {
      codes[i] += NIBBLE_SIGN;
    }
    target.set(SHORT, offset + Q4_0.SCALE, Float.floatToFloat16(scale));
    nibbles(codes, target, offset + Q4_0.NIBBLES);
    return true;
  }

  private static boolean q5_0(float[] source, int start, MemorySegment target, long offset) {
    var codes = new int[Q5_0.VALUES];
    float scale = halfScale(source, start, 2 * NIBBLE_SIGN, codes);
    if (Float.isNaN(scale)) {
      return false;
    }
    int high = 0;
    for (int i = 0; i < codes.length; i++) {
      int code = codes[i] + 2 * NIBBLE_SIGN;
      high |= (code >> 4) << i;
      codes[i] = code & 0xF;
    }
    target.set(SHORT, offset + Q5_0.SCALE, Float.floatToFloat16(scale));
    target.set(INT, offset + Q5_0.HIGH, high);
    nibbles(codes, target, offset + Q5_0.NIBBLES);
    return true;
  }

  private static boolean q8_0(float[] source, int start, MemorySegment target, long offset) {
    var codes = new int[Q8_0.VALUES];
    float scale = halfScale(source, start, -Byte.MIN_VALUE, codes);
    if (Float.isNaN(scale)) {
      return false;
    }
    target.set(SHORT, offset + Q8_0.SCALE, Float.floatToFloat16(scale));
    for (int i = 0; i < codes.length; i++) {
      target.set(ValueLayout.JAVA_BYTE, offset + Q8_0.CODES + i, (byte) codes[i]);
    }
    return true;
  }

  /**
   * Finds a scale in half precision of which all values are multiples. The number of greatest magnitude is some code times
   * it, and there are not many codes.
   *
   * @param most codes run from −most to most − 1
   * @return NaN if there is none
   */
  private static float halfScale(float[] source, int start, int most, int[] codes) {
    float extreme = extreme(source, start, codes.length);
    if (extreme == 0) {
      return 0;
    }
    for (int code = most; code > 0; code--) {
      float scale = extreme / (code == most ? -most : code);
      boolean isHalf = Float.float16ToFloat(Float.floatToFloat16(scale)) == scale;
      if (isHalf && codes(source, start, scale, most, codes)) {
        return scale;
      }
    }
    return Float.NaN;
  }

  /** What each value is in units of the scale; returns whether all are whole, and from −most to most − 1. */
  private static boolean codes(float[] source, int start, float scale, int most, int[] codes) {
    for (int i = 0; i < codes.length; i++) {
      int code = (int) (source[start + i] / scale);
      if (code * scale != source[start + i] || code < -most || code >= most) {
        return false;
      }
      codes[i] = code;
    }
    return true;
  }

  private static float extreme(float[] source, int start, int count) {
    float extreme = 0;
    for (int i = start; i < start + count; i++) {
      extreme = Math.abs(source[i]) > Math.abs(extreme) || Float.isNaN(source[i]) ? source[i] : extreme;
    }
    return extreme;
  }

  /** A code of the first half of a block and one of the second in each byte. */
  private static void nibbles(int[] codes, MemorySegment target, long offset) {
    int half = codes.length / 2;
    for (int i = 0; i < half; i++) {
      target.set(ValueLayout.JAVA_BYTE, offset + i, (byte) (codes[i] | (codes[half + i] << 4)));
    }
  }
}
