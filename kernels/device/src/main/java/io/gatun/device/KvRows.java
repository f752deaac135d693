package io.gatun.device;

import java.util.Arrays;

/**
 * Where the rows of a batch stand in their sequences. Row {@code r} is token {@code positions[r]} of the sequence whose
 * pages are {@code pages[r]}: its key and value are in page {@code pages[r][positions[r] / PAGE_TOKENS]}. Rows of one
 * sequence share its page array. The arrays are not copied and must not change while a device computes with them.
 *
 * @param pages page numbers by row, in sequence order
 * @param positions by row, ≥ 0
 * @param ends by row, the position after the last key that it sees; above its own
 */
@SuppressWarnings("ArrayRecordComponent") // a view for one call, compared by nobody
public record KvRows(int[][] pages, int[] positions, int[] ends) {

  public KvRows {
    if (pages.length != positions.length || ends.length != positions.length) {
      throw new IllegalArgumentException(
          "pages of %d rows, positions of %d, ends of %d".formatted(pages.length, positions.length, ends.length));
    }
  }

  /** Causal rows: each sees itself and what comes before it. */
  public KvRows(int[][] pages, int[] positions) {
    this(pages, positions, Arrays.stream(positions).map(position -> position + 1).toArray());
  }

  /** The same rows, each of which sees at most {@code ahead} keys behind its own. */
  public KvRows within(int ahead) {
    if (ahead == AttentionSpec.ALL) {
      return this;
    }
    var nearer = new int[ends.length];
    Arrays.setAll(nearer, row -> (int) Math.min(ends[row], positions[row] + 1L + ahead));
    return new KvRows(pages, positions, nearer);
  }

  public int rows() {
    return positions.length;
  }
}
