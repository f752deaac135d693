package io.gatun.tensors;

import java.util.Arrays;

/**
 * The groups of a matrix's columns: runs of one length, of which the last may be short, or the group that a table gives
 * each column. In packed order the columns of a group are contiguous, and otherwise in their order. Immutable and
 * thread-safe.
 */
public final class ColumnGroups {
  private static final int[] NONE = {};

  private final int cols;
  private final int length;
  private final int[] table;
  private final int[] permutation;
  private final int packedLength;

  private ColumnGroups(int cols, int length, int[] table, int[] permutation) {
    this.cols = cols;
    this.length = length;
    this.table = table;
    this.permutation = permutation;
    this.packedLength = runs(32) ? 32 : runs(16) ? 16 : 0;
  }

  /** @param length columns of a group, ≥ 1; all columns if it is larger */
  public static ColumnGroups ofLength(int cols, int length) {
    return new ColumnGroups(cols, length, NONE, NONE);
  }

  /**
   * @param groups the group of each column, each ≥ 0; taken over
   */
  public static ColumnGroups ofTable(int[] groups) {
    int count = Arrays.stream(groups).max().orElse(0) + 1;
    var next = new int[count + 1];
    for (int group : groups) {
      next[group + 1]++;
    }
    for (int group = 1; group < count; group++) {
      next[group] += next[group - 1];
    }
    var permutation = new int[groups.length];
    for (int col = 0; col < groups.length; col++) {
      permutation[next[groups[col]]++] = col;
    }
    return new ColumnGroups(groups.length, 1, groups, permutation);
  }

  int cols() {
    return cols;
  }

  /** Columns of a group where all but the last have as many and are in order; 0 where a table says the group of each. */
  public int length() {
    return table.length == 0 ? Math.min(length, cols) : 0;
  }

  /** The group of a column. */
  public int group(int col) {
    return table.length == 0 ? col / length : table[col];
  }

  /** The column of each packed one; empty if they are the same. */
  int[] permutation() {
    return permutation;
  }

  int column(int packed) {
    return permutation.length == 0 ? packed : permutation[packed];
  }

  /** 32 or 16, whichever divides packed columns so that groups are whole; 0 if neither does. */
  int packedLength() {
    return packedLength;
  }

  /** Columns of every group but the last where groups are runs of columns, at most all columns; 0 if a table has them. */
  int sharedLength() {
    return table.length == 0 ? Math.min(length, cols) : 0;
  }

  private boolean runs(int run) {
    if (table.length == 0) {
      return length % run == 0 || length >= cols;
    }
    for (int packed = 1; packed < cols; packed++) {
      if (packed % run != 0 && table[permutation[packed]] != table[permutation[packed - 1]]) {
        return false;
      }
    }
    return true;
  }
}
