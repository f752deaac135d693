package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Codes in little-endian 32-bit words. Codes that follow each other along one axis of the matrix form a stream of words;
 * word {@code w} of stream {@code s} is at word {@code s · streamStride + w · wordStride} of the plane.
 *
 * @param bits of a code, 1 to 8
 * @param order how codes lie in the words of a stream
 * @param axis along which a stream runs
 * @param plusOne whether codes are stored less one, as GPTQ stores zero points; see {@link #storedLessOne}
 */
public record PackedCodes(int bits, Order order, Axis axis, long streamStride, long wordStride, boolean plusOne)
    implements CodeLayout {

  /** How codes lie in the words of a stream. */
  public enum Order {
    /** One after another from the lowest bit on; those of 3, 5, 6 and 7 bits straddle words. */
    DENSE,
    /** From the lowest bit on, as many as fit a word; the bits that are left are not used. */
    WHOLE,
    /** 32 codes in {@code bits} words: planes whose widths are the powers of two in {@code bits}, the lowest bits first. */
    PLANES,
    /** Eight codes of 4 bits in a word, of which code {@code j} is nibble 0, 4, 1, 5, 2, 6, 3, 7. */
    INTERLEAVED
  }

  /** What a stream runs along. */
  public enum Axis {
    /** A stream is a row of the matrix. */
    COLUMNS,
    /** A stream is a column of the matrix. */
    ROWS
  }

  private static final int EIGHT = 8;
  private static final long ONES = 0x01010101_01010101L;
  private static final long SIGNS = 0x80808080_80808080L;
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int[] INTERLEAVED = {0, 4, 1, 5, 2, 6, 3, 7};

  public PackedCodes {
    if (bits < 1 || bits > Byte.SIZE || streamStride < 0 || wordStride < 0) {
      throw new IllegalArgumentException(bits + " bits, expected 1 to 8");
    }
  }

  /** Codes as they are stored. */
  public PackedCodes(int bits, Order order, Axis axis, long streamStride, long wordStride) {
    this(bits, order, axis, streamStride, wordStride, false);
  }

  /**
   * The same codes, each stored less one. Writers subtracted a packed constant from whole words where 32 is a multiple of
   * the width, so that a code of 0 borrows from the next: adding it back to the word is the inverse. Else they subtracted
   * field by field.
   */
  public PackedCodes storedLessOne() {
    return new PackedCodes(bits, order, axis, streamStride, wordStride, true);
  }

  /** How many words {@code count} codes of a stream take. */
  public static long words(int bits, Order order, long count) {
    return switch (order) {
      case DENSE -> Math.ceilDiv(Math.multiplyExact(count, bits), Integer.SIZE);
      case WHOLE -> Math.ceilDiv(count, Integer.SIZE / bits);
      case PLANES -> Math.ceilDiv(count, Integer.SIZE) * bits;
      case INTERLEAVED -> Math.ceilDiv(count, INTERLEAVED.length);
    };
  }

  /** The nibble of a word that holds code {@code j} of 8 in interleaved order. */
  static int interleaved(int j) {
    return INTERLEAVED[j];
  }

  @Override
  public int code(MemorySegment plane, long row, long col) {
    long stream = axis == Axis.COLUMNS ? row : col;
    long position = axis == Axis.COLUMNS ? col : row;
    int stored = stored(plane, stream * streamStride, position);
    return plusOne && Integer.SIZE % bits != 0 ? stored + 1 & mask(bits) : stored;
  }

  @Override
  public void codes(MemorySegment plane, long row, int col, int count, int offset, byte[] target, int start) {
    if (axis == Axis.COLUMNS && order == Order.DENSE && !plusOne) {
      int done = bits == 4 && col % EIGHT == 0 ? count / EIGHT * EIGHT : 0;
      long stream = row * streamStride;
      nibbles(plane, stream, col / EIGHT, done / EIGHT, offset, target, start);
      stream(plane, stream, (long) (col + done) * bits, count - done, offset, target, start + done);
    } else {
      CodeLayout.super.codes(plane, row, col, count, offset, target, start);
    }
  }

  /** Words of eight codes of 4 bits from a word on, all eight at a time. */
  private void nibbles(
      MemorySegment plane, long stream, long first, int words, int offset, byte[] target, int start) {
    for (int i = 0; i < words; i++) {
      long codes = Integer.toUnsignedLong(word(plane, stream, first + i));
      codes = (codes | codes << 16) & 0x0000FFFF_0000FFFFL;
      codes = (codes | codes << 8) & 0x00FF00FF_00FF00FFL;
      codes = (codes | codes << 4) & 0x0F0F0F0F_0F0F0F0FL;
      long differences = ((codes | SIGNS) - offset * ONES) ^ SIGNS; // no byte borrows from the next
      LONGS.set(target, start + EIGHT * i, differences);
    }
  }

  /** Codes of a dense stream from a bit on, word by word. */
  private void stream(MemorySegment plane, long stream, long bit, int count, int offset, byte[] target, int start) {
    long word = bit >>> 5;
    int there = Integer.SIZE - ((int) bit & 31);
    long rest = count == 0 ? 0 : Integer.toUnsignedLong(word(plane, stream, word)) >>> (Integer.SIZE - there);
    for (int i = 0; i < count; i++) {
      if (there < bits) {
        word++;
        rest |= Integer.toUnsignedLong(word(plane, stream, word)) << there;
        there += Integer.SIZE;
      }
      target[start + i] = (byte) (((int) rest & mask(bits)) - offset);
      rest >>>= bits;
      there -= bits;
    }
  }

  private int stored(MemorySegment plane, long stream, long position) {
    return switch (order) {
      case DENSE -> {
        long bit = position * bits;
        long word = bit >>> 5;
        int shift = (int) bit & 31;
        int code = word(plane, stream, word) >>> shift;
        if (shift + bits > Integer.SIZE) {
          code |= word(plane, stream, word + 1) << (Integer.SIZE - shift);
        }
        yield code & mask(bits);
      }
      case WHOLE -> {
        int each = Integer.SIZE / bits;
        yield word(plane, stream, position / each) >>> ((int) (position % each) * bits) & mask(bits);
      }
      case PLANES -> planes(plane, stream, position / Integer.SIZE * bits, (int) (position % Integer.SIZE));
      case INTERLEAVED -> word(plane, stream, position / 8) >>> (4 * INTERLEAVED[(int) (position % 8)]) & 15;
    };
  }

  private int planes(MemorySegment plane, long stream, long first, int i) {
    int code = 0;
    int done = 0;
    for (int width = Integer.highestOneBit(bits); width > 0; width >>= 1) {
      if ((bits & width) != 0) {
        int bit = i * width;
        int part = word(plane, stream, first + done + bit / Integer.SIZE) >>> (bit % Integer.SIZE) & mask(width);
        code |= part << done;
        done += width;
      }
    }
    return code;
  }

  private int word(MemorySegment plane, long stream, long word) {
    int stored = plane.get(LittleEndian.INT, (stream + word * wordStride) * Integer.BYTES);
    return plusOne && Integer.SIZE % bits == 0 ? stored + ones() : stored;
  }

  /** A word in which every code is 1. */
  private int ones() {
    return (int) (0xFFFF_FFFFL / mask(bits));
  }

  private static int mask(int bits) {
    return (1 << bits) - 1;
  }
}
