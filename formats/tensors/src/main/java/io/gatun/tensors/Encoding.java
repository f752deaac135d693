package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/**
 * How the bytes of a tensor mean numbers.
 *
 * <p>A row is a whole number of blocks; a block is {@link #blockLength()} values in {@link #blockBytes()} bytes,
 * little-endian. {@link #decode} is the truth that every kernel of the encoding is measured against. A {@link
 * MatrixEncoding} alone spreads its rows over several planes and has no blocks: {@link TensorData#decode} and {@link
 * TensorData#byteSize} serve both.
 *
 * <p>Implementations are immutable and thread-safe.
 */
public sealed interface Encoding permits PlainEncoding, QuantizedEncoding, OpaqueEncoding, MatrixEncoding {

  /** The encoding's name in lower case, as the field writes it: {@code f16}, {@code q4_0}, {@code q6_k}. */
  String id();

  /** Values per block, ≥ 1. */
  int blockLength();

  /** Bytes per block, ≥ 1. */
  int blockBytes();

  /**
   * Bytes of {@code values} consecutive values.
   *
   * @param values a multiple of {@link #blockLength()}, ≥ 0
   * @throws IllegalArgumentException if {@code values} is negative or no multiple of the block length
   * @throws ArithmeticException if the result does not fit a {@code long}
   */
  default long bytes(long values) {
    if (values < 0 || values % blockLength() != 0) {
      throw new IllegalArgumentException(
          "%s: %d values, expected a multiple of the block length %d".formatted(id(), values, blockLength()));
    }
    return Math.multiplyExact(values / blockLength(), (long) blockBytes());
  }

  /**
   * Decodes {@code count} values.
   *
   * @param source holds whole blocks
   * @param offset bytes from the start of {@code source} to the first block
   * @param target receives the values, in order
   * @param start index of the first value in {@code target}
   * @param count values to decode, a multiple of {@link #blockLength()}
   * @throws IndexOutOfBoundsException if either range leaves its array or segment
   */
  void decode(MemorySegment source, long offset, float[] target, int start, int count);
}
