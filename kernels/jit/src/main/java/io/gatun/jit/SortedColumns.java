package io.gatun.jit;

import io.gatun.device.QuantizedRows;
import io.gatun.tensors.AffineEncoding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Where the columns of a matrix go when they are sorted by group, for functions of {@link SortedEmitter}. Immutable; freed when
 * nobody can reach it.
 *
 * @param offsets of each column as it is stored, i32: of its codes from the first one's
 * @param pieces i64 [..][3] of columns of one group, in order: bytes to its scales and to its zero points from those of group
 *     0, and runs of 32 columns
 * @param groups what the pieces say
 */
record SortedColumns(MemorySegment offsets, MemorySegment pieces, List<Piece> groups) {
  /** Bytes of a piece. */
  static final int PIECE = 3 * Long.BYTES;

  private static final Map<AffineEncoding, SortedColumns> MADE = Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * Columns of a group.
   *
   * @param group as it is stored
   * @param run the first of {@code runs} runs of sorted columns
   */
  record Piece(int group, int run, int runs) {}

  /**
   * Of a matrix, made when it is first asked for.
   *
   * @param scaleStride bytes from group to group, as {@code zeroStride}
   */
  static SortedColumns of(AffineEncoding encoding, long scaleStride, long zeroStride) {
    return MADE.computeIfAbsent(encoding, made -> make(made, scaleStride, zeroStride));
  }

  private static SortedColumns make(AffineEncoding encoding, long scaleStride, long zeroStride) {
    int[] columns = encoding.permutation();
    MemorySegment offsets = Arena.ofAuto().allocate(ValueLayout.JAVA_INT, columns.length);
    for (int sorted = 0; sorted < columns.length; sorted++) {
      offsets.setAtIndex(ValueLayout.JAVA_INT, columns[sorted], sorted * SortedEmitter.VECTOR);
    }
    List<Piece> groups = pieces(encoding, columns);
    MemorySegment pieces = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 3L * groups.size());
    for (int i = 0; i < groups.size(); i++) {
      Piece piece = groups.get(i);
      pieces.setAtIndex(ValueLayout.JAVA_LONG, 3L * i, piece.group * scaleStride);
      pieces.setAtIndex(ValueLayout.JAVA_LONG, 3L * i + 1, piece.group * zeroStride);
      pieces.setAtIndex(ValueLayout.JAVA_LONG, 3L * i + 2, piece.runs);
    }
    return new SortedColumns(offsets, pieces, groups);
  }

  private static List<Piece> pieces(AffineEncoding encoding, int... columns) {
    var pieces = new ArrayList<Piece>();
    int runs = columns.length / QuantizedRows.RUN;
    for (int run = 0, end; run < runs; run = end) {
      int group = encoding.groups().group(columns[run * QuantizedRows.RUN]);
      end = run + 1;
      while (end < runs && encoding.groups().group(columns[end * QuantizedRows.RUN]) == group) {
        end++;
      }
      pieces.add(new Piece(group, run, end - run));
    }
    return List.copyOf(pieces);
  }
}
