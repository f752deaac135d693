package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/**
 * The 4-bit codes of llm-awq and AutoAWQ's {@code gemv_fast}: 16-bit words {@code [rows / 4, cols]}. Four rows and 64
 * columns share 64 words:
 *
 * <pre>
 *   h = col % 64 / 32   x = col % 32 / 8   y = col % 8 / 2   e = col % 2
 *   nibble = row % 4 · 64 + 32 h + 8 y + P[2x + e]         P = 0 4 1 5 2 6 3 7
 *   word   = (row / 4) · cols + col / 64 · 64 + nibble / 4 </pre>
 *
 * Source: llm-awq, qmodule.py pack_intweight.
 *
 * @param cols a multiple of 64
 */
public record AwqFastCodes(long cols) implements CodeLayout {
  private static final int SPAN = 64;

  @Override
  public int bits() {
    return 4;
  }

  @Override
  public int code(MemorySegment plane, long row, long col) {
    int i = (int) (col % SPAN);
    int nibble = (int) (row % 4) * SPAN + i / 32 * 32 + i % 8 / 2 * 8 + PackedCodes.interleaved(i % 32 / 8 * 2 + i % 2);
    long word = row / 4 * cols + col - i + nibble / 4;
    return plane.get(LittleEndian.SHORT, word * Short.BYTES) >> (nibble % 4 * 4) & 15;
  }
}
