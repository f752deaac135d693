package io.gatun.cpu.vector;

/**
 * How a worker's block of memory is divided while it multiplies a strip: offsets in bytes. A strip is {@link
 * Lanes#COUNT} weight rows × up to {@link #COLS} columns.
 *
 * <pre>
 *   scales     f32 [blocks or groups][COUNT]
 *   minimums   f32 [blocks or groups][COUNT]
 *   sums       f32 [tokens][COUNT]     the results, as they grow
 *   codes      four bytes [..][COUNT]
 *   raw        four bytes [..][COUNT]  transposed blocks
 * </pre>
 */
final class StripMap {
  static final int COLS = 256;

  /** Activation rows that strips are worth it for; more go through a panel. */
  static final int TOKENS = 4;

  private static final int GROUPS = COLS / 16;

  static final long SCALES = 0;
  static final long MINIMUMS = SCALES + GROUPS * Lanes.BYTES;
  static final long SUMS = MINIMUMS + GROUPS * Lanes.BYTES;
  static final long CODES = SUMS + TOKENS * Lanes.BYTES;
  static final long RAW = CODES + (COLS / 4) * Lanes.BYTES;
  static final long END = RAW + (COLS / 2) * Lanes.BYTES;

  private StripMap() {}
}
