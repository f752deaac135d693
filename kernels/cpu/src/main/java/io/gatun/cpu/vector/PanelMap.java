package io.gatun.cpu.vector;

import io.gatun.device.QuantizedRows;

/**
 * How a worker's block of memory is divided while it multiplies a panel: offsets in bytes.
 *
 * <pre>
 *   codes     [column steps][ROWS]     i16 pairs (narrow) or f32 (wide), for up to COLS columns
 *   scales    f32 [pieces][ROWS]
 *   minimums  f32 [pieces][ROWS]
 *   raw       bytes [COLS / 4][ROWS][4]      a packer's own
 *   sums      f32 [STRIPS][TOKENS][ROWS]     the results, as they grow
 * </pre>
 */
final class PanelMap {
  /** Weight rows of a strip: two vectors. */
  static final int ROWS = 2 * Lanes.COUNT;

  /** Columns of a panel: so many that it stays in the first-level cache, and whole blocks of every encoding. */
  static final int COLS = 256;

  /** Activation rows that meet a panel before the next one is packed. */
  static final int TOKENS = 256;

  /** Strips that are computed together, column by column of panels. */
  static final int STRIPS = 4;

  /** Activation rows of a tile. */
  static final int TILE = 4;

  /** Bytes of four columns of narrow codes. */
  static final long NARROW_QUAD = 2L * ROWS * Integer.BYTES;

  /** Bytes of four columns of wide codes. */
  static final long WIDE_QUAD = 4L * ROWS * Float.BYTES;

  static final long CODES = 0;
  static final long SCALES = CODES + (long) COLS * ROWS * Float.BYTES;
  static final long MINIMUMS = SCALES + (long) COLS / 16 * ROWS * Float.BYTES;
  static final long RAW = MINIMUMS + (long) COLS / 16 * ROWS * Float.BYTES;
  static final long SUMS = RAW + Math.max((long) COLS * ROWS, StripMap.END);

  /** Bytes of the sums of a strip. */
  static final long STRIP_SUMS = (long) TOKENS * ROWS * Float.BYTES;

  static final long END = SUMS + STRIPS * STRIP_SUMS;

  private PanelMap() {}

  /** Columns of a piece: it ends where a group or a run of activations ends. */
  static int piece(int groupLength) {
    return Math.min(groupLength, QuantizedRows.RUN);
  }
}
