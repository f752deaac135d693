package io.gatun.tensors;

/**
 * How a checkpoint wants the input of a layer to be quantized, for kernels that compute as its authors did. Rounding is
 * to the nearest, ties to even; a token is a row of the input.
 */
public sealed interface ActivationScheme {

  /** Schemes of signed 8-bit codes. */
  sealed interface Int8 extends ActivationScheme {}

  /** Schemes of numbers that stay floats, of fewer bits: they are multiplied as floats. */
  sealed interface Rounded extends ActivationScheme {}

  /** Signed 8-bit codes: {@code s = max|x| / 127} of each token, {@code q = clamp(rint(x / s), −128, 127)}. */
  record Int8PerToken() implements Int8 {}

  /**
   * Signed 8-bit codes with a scale of the file: {@code q = clamp(rint(x / scale) + zero, −128, 127)}, a value of
   * {@code (q − zero) · scale}.
   */
  record Int8Static(float scale, int zero) implements Int8 {}

  /**
   * LLM.int8(): columns in which any token reaches the threshold are multiplied in 16-bit floats with the decoded
   * weights; of what is left {@code s = max|x|} of each token and {@code q = rint(127 · x / s)}.
   */
  record Int8WithOutliers(float threshold) implements Int8 {}

  /** E4M3 with a scale of the file, {@code x ≈ q · scale}. */
  record Float8Static(float scale) implements Rounded {}

  /** E4M3 with {@code s = min(max|x|, limit) / 448} of each token; the limit may be infinite. */
  record Float8PerToken(float limit) implements Rounded {}

  /**
   * E4M3 with {@code s = max|x| / 448} of each run of columns of each token.
   *
   * @param length columns of a run
   * @param powersOfTwo whether scales are rounded up to powers of two
   */
  record Float8PerBlock(int length, boolean powersOfTwo) implements Rounded {}

  /** E2M1 with an E4M3 scale for each 16 columns, which {@code globalScale} multiplies before it is rounded. */
  record Float4PerBlock(float globalScale) implements Rounded {}
}
