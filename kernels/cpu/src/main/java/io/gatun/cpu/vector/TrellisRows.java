package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.plain;
import static io.gatun.cpu.vector.Lanes.put;

import io.gatun.device.RotatedMatmul;
import io.gatun.tensors.Exl3Encoding;
import io.gatun.tensors.Exl3Encoding.Codebook;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of EXL3's inner matrix as floats: what the codebook makes of the states of neighbouring columns, a
 * vector at a time. Stateless.
 */
record TrellisRows() implements RotatedMatmul.Inner {
  private static final int TILE = 16;

  /** From the upper 16 bits to where a float has such a magnitude, which is then too small by 2¹¹². */
  private static final int LOWER = 3;

  private static final float TOO_SMALL = 0x1p112f;
  private static final int KEPT = lowered(Codebook.KEPT) & ~(7 << 28);
  private static final int TURNED = lowered(Codebook.TURNED);
  private static final int EVEN_BYTES = 0x00FF00FF;

  /** Rounds to the bits of a float16: {@code s · 8193 − s · 8192}, of which only the first product is rounded. */
  private static final float ROUNDING = 0x1p13f;

  private static int lowered(int pair) {
    return (pair >> LOWER) & -(1 << (Short.SIZE - LOWER));
  }

  @Override
  public void decode(Exl3Encoding encoding, MemorySegment trellis, long row, int rows, MemorySegment target) {
    int cols = encoding.inputFactors().length;
    long stride = (long) cols * Float.BYTES;
    var tile = new Exl3Encoding.Tile(encoding);
    for (int tileRow = 0; tileRow < rows; tileRow += TILE) {
      for (int col = 0; col < cols; col += TILE) {
        int[] states = tile.states(trellis, col, row + tileRow);
        numbers(encoding.codebook(), states, target.address() + tileRow * stride + (long) col * Float.BYTES, stride);
      }
    }
  }

  private static void numbers(Codebook codebook, int[] states, long target, long stride) {
    for (int i = 0; i < states.length; i += COUNT) {
      var mixed = IntVector.fromArray(INTS, states, i).mul(codebook.multiplier()).add(codebook.addend());
      var values = codebook == Codebook.MUL1 ? summed(mixed) : halves(mixed);
      put(values, plain(target + i / TILE * stride + (long) (i % TILE) * Float.BYTES));
    }
  }

  private static FloatVector halves(IntVector mixed) {
    var sum = half(mixed).add(half(mixed.lanewise(VectorOperators.LSHL, Short.SIZE)));
    return sum.mul(TOO_SMALL * (ROUNDING + 1)).sub(sum.mul(TOO_SMALL * ROUNDING));
  }

  private static FloatVector half(IntVector pair) {
    var lowered = pair.lanewise(VectorOperators.ASHR, LOWER).and(KEPT);
    return lowered.lanewise(VectorOperators.XOR, TURNED).reinterpretAsFloats();
  }

  private static FloatVector summed(IntVector mixed) {
    var pairs = mixed.and(EVEN_BYTES).add(mixed.lanewise(VectorOperators.LSHR, Byte.SIZE).and(EVEN_BYTES));
    var sums = pairs.add(pairs.lanewise(VectorOperators.LSHR, Short.SIZE)).and(Short.MAX_VALUE);
    var sum = (FloatVector) sums.convert(VectorOperators.I2F, 0);
    var scaled = sum.add(1024).mul(Codebook.SUM_SCALE).add(Codebook.SUM_SHIFT);
    return scaled.mul(ROUNDING + 1).sub(scaled.mul(ROUNDING));
  }
}
