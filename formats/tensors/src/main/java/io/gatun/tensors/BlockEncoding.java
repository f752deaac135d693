package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A quantized encoding given by the fields of its block. The loops over blocks and groups are here, so that an encoding
 * is its layout and three short expressions. Nothing is allocated.
 */
abstract sealed class BlockEncoding implements QuantizedEncoding
    permits Q1_0, Q2_0, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K,
        IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_NL, IQ4_XS, TQ1_0, TQ2_0, MXFP4, NVFP4 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final String id;
  private final int blockLength;
  private final int blockBytes;
  private final int groupLength;

  BlockEncoding(String id, int blockLength, int blockBytes, int groupLength) {
    this.id = id;
    this.blockLength = blockLength;
    this.blockBytes = blockBytes;
    this.groupLength = groupLength;
  }

  /** The codes of values {@code i} to {@code i + 7} of a block, one signed byte each; {@code i} is a multiple of 8. */
  abstract long codes(MemorySegment source, long block, int i);

  /** The scale of a group of a block. */
  abstract float scale(MemorySegment source, long block, int group);

  /** The addend of a group of a block; 0 if the encoding has none. */
  float minimum(MemorySegment source, long block, int group) {
    return 0;
  }

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final int blockLength() {
    return blockLength;
  }

  @Override
  public final int blockBytes() {
    return blockBytes;
  }

  @Override
  public final int groupLength() {
    return groupLength;
  }

  @Override
  public boolean hasMinimum() {
    return false;
  }

  @Override
  public final void unpack(
      MemorySegment source, long offset, int count, byte[] codes, float[] scales, float[] minimums) {
    requireBlocks(source, offset, count);
    Objects.checkFromIndexSize(0, count, codes.length);
    long block = offset;
    int group = 0;
    for (int first = 0, end = count; first < end; first += blockLength, block += blockBytes) {
      for (int i = 0; i < blockLength; i += 8) {
        LONGS.set(codes, first + i, codes(source, block, i));
      }
      for (int g = 0; g < blockLength / groupLength; g++, group++) {
        scales[group] = scale(source, block, g);
        if (hasMinimum()) {
          minimums[group] = minimum(source, block, g);
        }
      }
    }
  }

  @Override
  public final void decode(MemorySegment source, long offset, float[] target, int start, int count) {
    requireBlocks(source, offset, count);
    Objects.checkFromIndexSize(start, count, target.length);
    long block = offset;
    for (int first = start, end = start + count; first < end; first += blockLength, block += blockBytes) {
      for (int g = 0; g < blockLength / groupLength; g++) {
        decodeGroup(source, block, g, target, first + g * groupLength);
      }
    }
  }

  private void decodeGroup(MemorySegment source, long block, int group, float[] target, int start) {
    float scale = scale(source, block, group);
    boolean shifted = hasMinimum();
    float minimum = shifted ? minimum(source, block, group) : 0;
    for (int i = 0; i < groupLength; i += 8) {
      long codes = codes(source, block, group * groupLength + i);
      for (int lane = 0; lane < 8; lane++) {
        float product = scale * Lanes8.lane(codes, lane);
        target[start + i + lane] = shifted ? product + minimum : product; // −0 + 0 would lose the sign
      }
    }
  }

  private void requireBlocks(MemorySegment source, long offset, int count) {
    if (count < 0 || count % blockLength != 0) {
      throw new IllegalArgumentException(
          "%s: %d values, expected a multiple of the block length %d".formatted(id, count, blockLength));
    }
    Objects.checkFromIndexSize(offset, bytes(count), source.byteSize());
  }

  @Override
  public final String toString() {
    return id;
  }
}
