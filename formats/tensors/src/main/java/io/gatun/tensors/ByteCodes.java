package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Integer codes that are the signed bytes of a matrix's first plane, {@code [rows, cols]} in the order of the layer's input
 * and without gaps, so that kernels can compute with the file itself. Immutable and thread-safe.
 */
public interface ByteCodes {

  /** Columns that share a scale and a minimum in the file, at most all of them. */
  int groupLength();

  /**
   * The scales of rows, and their minimums where {@link IntegerCodes#hasMinimum codes have them}.
   *
   * @param scales receives a scale for each group, row after row
   * @param minimums receives as many minimums, or nothing
   */
  void factors(List<MemorySegment> planes, long row, int count, float[] scales, float[] minimums);
}
