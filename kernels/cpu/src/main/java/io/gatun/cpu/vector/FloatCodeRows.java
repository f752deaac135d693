package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.LONG;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.plain;

import io.gatun.device.HostMatrix;
import io.gatun.device.Scratch;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.FlatBlockEncoding;
import io.gatun.tensors.FloatCodes;
import io.gatun.tensors.PlainEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntToLongFunction;

/** Rows of float codes in planes as floats: a byte of codes is looked up at a time, then groups are scaled. Stateless. */
final class FloatCodeRows {
  private FloatCodeRows() {}

  /** What the bytes of codes stand for: the bits of a float, or of two of which the first is in the lower half. */
  private static final class Tables {
    static final long[] NF4 = pairs(FlatBlockEncoding.Table.NF4);
    static final long[] FP4 = pairs(FlatBlockEncoding.Table.FP4);
    static final long[] E4M3 = bytes((PlainEncoding) Encodings.F8_E4M3);
    static final long[] E5M2 = bytes((PlainEncoding) Encodings.F8_E5M2);

    private Tables() {}

    static long[] of(FloatCodes.Type type) {
      return switch (type) {
        case NF4 -> NF4;
        case FP4 -> FP4;
        case E4M3 -> E4M3;
        case E5M2 -> E5M2;
      };
    }

    private static long[] pairs(FlatBlockEncoding.Table table) {
      return table(code -> bits(table.number(code & 15)) << Float.SIZE | bits(table.number(code >> 4)));
    }

    private static long[] bytes(PlainEncoding type) {
      return table(code -> bits(type.value(MemorySegment.ofArray(new byte[] {(byte) code}), 0)));
    }

    private static long[] table(IntToLongFunction entry) {
      var table = new long[256];
      for (int code = 0; code < table.length; code++) {
        table[code] = entry.applyAsLong(code);
      }
      return table;
    }

    private static long bits(float number) {
      return Integer.toUnsignedLong(Float.floatToRawIntBits(number));
    }
  }

  /**
   * Decodes rows.
   *
   * @param row among all rows of all experts
   * @param target address of the first row of floats
   * @param stride bytes from row to row there
   */
  static void decode(
      FloatCodes codes, HostMatrix w, long row, int rows, long target, long stride, Scratch scratch) {
    int cols = (int) w.cols();
    int length = codes.groupLength();
    int groups = Math.ceilDiv(cols, length);
    float[] scales = scratch.scales((long) rows * groups);
    codes.scales(w.planes(), row, rows, scales);
    for (int i = 0; i < rows; i++) {
      long floats = target + i * stride;
      look(codes.type(), w.planes().getFirst(), row + i, cols, floats);
      for (int group = 0; group < groups; group++) {
        long first = floats + (long) group * length * Float.BYTES;
        Elements.scale(first, scales[i * groups + group], first, Math.min(length, cols - group * length));
      }
    }
  }

  private static void look(FloatCodes.Type type, MemorySegment plane, long row, int cols, long floats) {
    long[] table = Tables.of(type);
    long target = plain(floats);
    if (type.bits() == Byte.SIZE) {
      for (int col = 0; col < cols; col++) {
        int code = Byte.toUnsignedInt(plane.get(ValueLayout.JAVA_BYTE, row * cols + col));
        MEMORY.set(FLOAT, target + 4L * col, Float.intBitsToFloat((int) table[code]));
      }
    } else {
      for (int pair = 0; pair < cols / 2; pair++) {
        int code = Byte.toUnsignedInt(plane.get(ValueLayout.JAVA_BYTE, row * (cols / 2) + pair));
        MEMORY.set(LONG, target + 8L * pair, table[code]);
      }
    }
  }
}
