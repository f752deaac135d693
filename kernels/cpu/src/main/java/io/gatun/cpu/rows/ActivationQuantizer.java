package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.FLOAT;
import static io.gatun.cpu.rows.Memory.MEMORY;
import static io.gatun.cpu.rows.Memory.SHORT;

import io.gatun.device.HostBuffer;
import io.gatun.device.QuantizedRows;
import java.lang.foreign.ValueLayout;

/** Rows of activations to 8-bit codes, to the last bit as {@code Device} defines. */
final class ActivationQuantizer {
  private static final int RUN = QuantizedRows.RUN;
  private static final int SUM_RUN = QuantizedRows.SUM_RUN;

  private ActivationQuantizer() {}

  static void quantize(RowLoops loops, HostBuffer x, QuantizedRows target, long from, long to) {
    int cols = target.cols();
    int whole = cols / RUN;
    int padded = (int) target.codeStride();
    for (long row = from; row < to; row++) {
      long values = x.segment().address() + row * cols * Float.BYTES;
      long codes = target.codes().address() + row * target.codeStride();
      long scales = target.scales().address() + row * target.scaleStride() * Float.BYTES;
      long sums = target.sums().address() + row * target.sumStride() * Short.BYTES;
      loops.quantize(values, whole, codes, scales, sums);
      if (whole * RUN < cols) {
        lastRun(values, whole * RUN, cols, codes, scales, sums);
      }
      pad((cols + RUN - 1) / RUN * RUN, padded, codes, scales, sums);
    }
  }

  /** A run of fewer than 32 values. */
  private static void lastRun(long values, int start, int end, long codes, long scales, long sums) {
    float max = 0;
    for (int i = start; i < end; i++) {
      max = Math.max(max, Math.abs(MEMORY.get(FLOAT, values + (long) i * Float.BYTES)));
    }
    boolean finite = max < Float.POSITIVE_INFINITY;
    float inverse = 127 / max;
    MEMORY.set(FLOAT, scales + (long) start / RUN * Float.BYTES, finite ? max / 127 : Float.NaN);
    for (int i = start; i < start + RUN; i += SUM_RUN) {
      int sum = 0;
      for (int j = i; j < i + SUM_RUN; j++) {
        boolean zero = j >= end || !finite || Float.isInfinite(inverse);
        byte code = zero ? 0 : (byte) Math.rint(MEMORY.get(FLOAT, values + (long) j * Float.BYTES) * inverse);
        MEMORY.set(ValueLayout.JAVA_BYTE, codes + j, code);
        sum += code;
      }
      MEMORY.set(SHORT, sums + (long) i / SUM_RUN * Short.BYTES, (short) sum);
    }
  }

  /** Zeros between the last run and the next row. */
  private static void pad(int start, int end, long codes, long scales, long sums) {
    for (int i = start; i < end; i++) {
      MEMORY.set(ValueLayout.JAVA_BYTE, codes + i, (byte) 0);
    }
    for (int i = start / RUN; i < end / RUN; i++) {
      MEMORY.set(FLOAT, scales + (long) i * Float.BYTES, 0);
    }
    for (int i = start / SUM_RUN; i < end / SUM_RUN; i++) {
      MEMORY.set(SHORT, sums + (long) i * Short.BYTES, (short) 0);
    }
  }
}
