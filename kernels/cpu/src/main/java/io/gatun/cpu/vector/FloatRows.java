package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import io.gatun.device.HostMatrix;
import io.gatun.device.Scratch;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.FloatCodes;
import io.gatun.tensors.MatrixEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Weight rows as floats. Stateless. */
final class FloatRows {
  /** As many 16-bit numbers as a vector has floats. */
  private static final VectorSpecies<Short> HALVES = VectorSpecies.of(short.class, VectorShape.forBitSize((int) BYTES * 4));

  private FloatRows() {}

  /** Whether rows can be used where they are. */
  static boolean areFloats(HostMatrix w) {
    return w.encoding().equals(Encodings.F32) && w.bytes().isNative();
  }

  /** Where {@code rows} rows are, all of them within the matrix. */
  static long address(HostMatrix w, int expert, long row, int rows) {
    return Lanes.address(w.bytes(), w.rowOffset(expert, row), rows * w.rowBytes());
  }

  /**
   * Decodes rows.
   *
   * @param target address of the first row of floats
   * @param stride bytes from row to row there
   */
  static void decode(HostMatrix w, int expert, long row, int rows, long target, long stride, Scratch scratch) {
    int cols = (int) w.cols();
    if (w.encoding() instanceof MatrixEncoding) {
      decodePlanes(w, expert, row, rows, target, stride, scratch);
      return;
    }
    boolean half = w.encoding().equals(Encodings.F16);
    if (w.bytes().isNative() && (half || w.encoding().equals(Encodings.BF16))) {
      long source = address(w, expert, row, rows);
      for (int i = 0; i < rows; i++) {
        if (half) {
          Halves.decode(source + i * w.rowBytes(), target + i * stride, cols);
        } else {
          widen(source + i * w.rowBytes(), cols, target + i * stride);
        }
      }
      return;
    }
    float[] values = scratch.weights(cols);
    for (int i = 0; i < rows; i++) {
      w.encoding().decode(w.bytes(), w.rowOffset(expert, row + i), values, 0, cols);
      for (int col = 0; col < cols; col++) {
        MEMORY.set(ValueLayout.JAVA_FLOAT, target + i * stride + 4L * col, values[col]);
      }
    }
  }

  private static void decodePlanes(
      HostMatrix w, int expert, long row, int rows, long target, long stride, Scratch scratch) {
    Optional<FloatCodes> codes = w.floatCodes();
    if (codes.isPresent()) {
      FloatCodeRows.decode(codes.get(), w, w.firstRow(expert) + row, rows, target, stride, scratch);
      return;
    }
    int cols = (int) w.cols();
    float[] values = scratch.weights((long) rows * cols);
    w.decode(expert, row, rows, values);
    for (int i = 0; i < rows; i++) {
      MemorySegment.copy(values, i * cols, MEMORY, ValueLayout.JAVA_FLOAT_UNALIGNED, target + i * stride, cols);
    }
  }

  /** The upper halves of floats to floats. */
  private static void widen(long source, int count, long target) {
    int whole = count - count % COUNT;
    for (int i = 0; i < whole; i += COUNT) {
      var numbers = ShortVector.fromMemorySegment(HALVES, MEMORY, source + 2L * i, ORDER);
      ((IntVector) numbers.convertShape(ZERO_EXTEND_S2I, INTS, 0))
          .lanewise(LSHL, 16)
          .intoMemorySegment(MEMORY, target + 4L * i, ORDER);
    }
    for (int i = whole; i < count; i++) {
      int number = Short.toUnsignedInt(MEMORY.get(ValueLayout.JAVA_SHORT_UNALIGNED, source + 2L * i));
      MEMORY.set(ValueLayout.JAVA_INT, target + 4L * i, number << 16);
    }
  }
}
