package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/**
 * An encoding whose values are small integer codes with one scale, and perhaps one minimum, per group:
 *
 * <pre>  value[i] = scale[i / groupLength] · code[i] + minimum[i / groupLength]</pre>
 *
 * <p>The product is exact in float32 (up to the one rounding of formats with a float32 scale), so that
 * {@link #decode} rounds at most once. Kernels with 8-bit activations compute with the codes as integers.
 */
public non-sealed interface QuantizedEncoding extends Encoding {

  /** Values that share a scale and a minimum; divides {@link #blockLength()}; 16 or a multiple of it. */
  int groupLength();

  /** Whether groups carry a minimum. If not, {@link #unpack} leaves {@code minimums} alone. */
  boolean hasMinimum();

  /**
   * Splits {@code count} values into codes, scales and minimums.
   *
   * @param source holds whole blocks
   * @param offset bytes from the start of {@code source} to the first block
   * @param count values to unpack, a multiple of {@link #blockLength()}
   * @param codes receives {@code count} codes, each −128..127
   * @param scales receives {@code count / groupLength()} scales
   * @param minimums receives as many minimums (the addend as it stands in the equation above, so mostly ≤ 0)
   */
  void unpack(MemorySegment source, long offset, int count, byte[] codes, float[] scales, float[] minimums);

  @Override
  default void decode(MemorySegment source, long offset, float[] target, int start, int count) {
    int group = groupLength();
    var codes = new byte[count];
    var scales = new float[count / group];
    var minimums = new float[count / group];
    unpack(source, offset, count, codes, scales, minimums);
    for (int i = 0; i < count; i++) {
      float product = scales[i / group] * codes[i];
      target[start + i] = hasMinimum() ? product + minimums[i / group] : product;
    }
  }
}
