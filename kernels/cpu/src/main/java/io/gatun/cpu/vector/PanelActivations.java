package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Quantized activations in the order in which a tile meets a panel. Stateless. */
final class PanelActivations {

  private PanelActivations() {}

  /**
   * Codes as pairs of 16-bit numbers: for each quad of columns the pair (0, 2), and {@code odd} later the pair (1, 3).
   *
   * @param codes address of the row's codes
   * @param quads a multiple of 16
   */
  static void pairs(long codes, int quads, int[] target, int start, int odd) {
    for (int i = 0; i < quads; i += COUNT) {
      var bytes = IntVector.fromMemorySegment(INTS, MEMORY, codes + 4L * i, ORDER).reinterpretAsShorts();
      bytes.lanewise(LSHL, 8).lanewise(ASHR, 8).reinterpretAsInts().intoArray(target, start + i);
      bytes.lanewise(ASHR, 8).reinterpretAsInts().intoArray(target, start + odd + i);
    }
  }

  /**
   * Codes as floats: column 0 of every quad, then column 1 of every quad, and so on.
   *
   * @param codes address of the row's codes
   * @param quads a multiple of 16
   */
  static void planes(long codes, int quads, float[] target, int start) {
    for (int i = 0; i < quads; i += COUNT) {
      var quad = IntVector.fromMemorySegment(INTS, MEMORY, codes + 4L * i, ORDER);
      ((FloatVector) quad.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0)).intoArray(target, start + i);
      ((FloatVector) quad.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0)).intoArray(target, start + quads + i);
      ((FloatVector) quad.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0)).intoArray(target, start + 2 * quads + i);
      ((FloatVector) quad.lanewise(ASHR, 24).convert(I2F, 0)).intoArray(target, start + 3 * quads + i);
    }
  }

  /**
   * Scales and sums of the pieces of a row.
   *
   * @param length columns of a piece, 16 or 32
   * @param center of the weights' codes
   * @param start index of the row's first piece
   */
  static void pieces(QuantizedRows x, long row, int length, int center, int start, int count, Scratch scratch) {
    float[] scales = scratch.xScales(0);
    float[] minimums = scratch.xMinimums(0);
    int[] centers = scratch.xCenters(0);
    MemorySegment xScales = x.scales();
    MemorySegment xSums = x.sums();
    int runs = length / QuantizedRows.SUM_RUN;
    for (int piece = 0; piece < count; piece++) {
      float scale = xScales.getAtIndex(ValueLayout.JAVA_FLOAT, row * x.scaleStride() + piece * length / QuantizedRows.RUN);
      int sum = 0;
      for (int run = piece * runs; run < (piece + 1) * runs; run++) {
        sum += xSums.getAtIndex(ValueLayout.JAVA_SHORT, row * x.sumStride() + run);
      }
      scales[start + piece] = scale;
      minimums[start + piece] = scale * sum;
      centers[start + piece] = center * sum;
    }
  }
}
