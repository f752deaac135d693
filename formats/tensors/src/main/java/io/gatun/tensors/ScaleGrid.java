package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/**
 * Numbers that rows and groups of columns share, in a plane. Of row {@code n} of an expert and group {@code g} it is the
 * number at {@code expert · expertStride + (n / rowBlock) · rowStride + g · groupStride}, times {@code factor}, over
 * {@code divisor}. Immutable.
 *
 * @param type of the numbers
 * @param rows of an expert; all of a plain matrix
 * @param rowBlock rows that share a number, ≥ 1
 */
public record ScaleGrid(
    PlainEncoding type,
    long rows,
    long expertStride,
    long rowBlock,
    long rowStride,
    long groupStride,
    float factor,
    float divisor) {

  /** A grid {@code [row blocks, groups]} of a plain matrix, or its transpose, according to the strides. */
  public static ScaleGrid of(PlainEncoding type, long rows, long rowStride, long groupStride) {
    return new ScaleGrid(type, Math.max(1, rows), 0, 1, rowStride, groupStride, 1, 1);
  }

  /** One number for the whole matrix. */
  public static ScaleGrid single(PlainEncoding type) {
    return of(type, 1, 0, 0).withRowBlock(Long.MAX_VALUE);
  }

  /** Blocks of {@code block} rows share a number. */
  public ScaleGrid withRowBlock(long block) {
    return new ScaleGrid(type, rows, expertStride, block, rowStride, groupStride, factor, divisor);
  }

  /** Each expert of {@code count} rows has a grid of its own, {@code stride} numbers after the one before. */
  public ScaleGrid withExperts(long count, long stride) {
    return new ScaleGrid(type, Math.max(1, count), stride, rowBlock, rowStride, groupStride, factor, divisor);
  }

  /** Every number multiplied. */
  public ScaleGrid times(float multiplier) {
    return new ScaleGrid(type, rows, expertStride, rowBlock, rowStride, groupStride, multiplier, divisor);
  }

  /** Every number divided. */
  public ScaleGrid over(float denominator) {
    return new ScaleGrid(type, rows, expertStride, rowBlock, rowStride, groupStride, factor, denominator);
  }

  /** The number of a row and a group. */
  public float at(MemorySegment plane, long row, long group) {
    long index = row / rows * expertStride + row % rows / rowBlock * rowStride + group * groupStride;
    return type.value(plane, index * type.blockBytes()) * factor / divisor;
  }

  /** The numbers of a row and its first {@code count} groups, stored from {@code start} on. */
  void row(MemorySegment plane, long row, int count, float[] target, int start) {
    long first = row / rows * expertStride + row % rows / rowBlock * rowStride;
    for (int group = 0; group < count; group++) {
      long index = first + group * groupStride;
      target[start + group] = type.value(plane, index * type.blockBytes()) * factor / divisor;
    }
  }
}
