package io.gatun.jit;

/**
 * What a function of {@link PlaneEmitter} reads and writes, by its address: 64-bit numbers and addresses at these
 * offsets.
 */
final class PlaneArguments {
  /** Address of the codes of the first row and column, and bytes from a row of words to the next. */
  static final int CODES = 0;

  static final int STRIDE = 8;

  /** Addresses of the first group's scales and zero points, of the first row. */
  static final int SCALES = 16;

  static final int ZEROS = 24;

  /** Address of the units of squared scales: f32 of each group. */
  static final int UNITS = 32;

  /** Runs of 32 columns of each group. */
  static final int RUNS = 40;

  /** Four times the rows, which are whole steps. */
  static final int ROWS_END = 48;

  /** Addresses of a row's codes, scales and sums of activations, from the first group's first column on. */
  static final int X = 56;

  static final int X_SCALES = 64;
  static final int X_SUMS = 72;

  /** Address of the sums that grow: f32 of each row. */
  static final int SUMS = 80;

  /** Address of the panel's vector of the first rows at the first group's first run; bytes of a vector. */
  static final int PANEL = 88;

  static final int PANEL_STRIP = 96;

  /** Addresses of room for the factors of all rows: four bytes of each. */
  static final int SCALE_ROOM = 104;

  static final int ZERO_ROOM = 112;
  static final int MINIMUM_ROOM = 120;

  /** Groups; counted down. */
  static final int GROUPS = 128;

  /** Bytes from group to group of the scales and of the zero points. */
  static final int SCALE_STRIDE = 136;

  static final int ZERO_STRIDE = 144;

  /** What the function uses while it runs: a number, and a vector. */
  static final int RUNS_LEFT = 152;

  static final int ROOM = 160;

  /** Of {@link SortedColumns}: where columns go, the first of the pieces that are computed, and their end. */
  static final int ORDER = 192;

  static final int PIECES = 200;
  static final int PIECES_END = 208;

  /** Address of sorted codes. */
  static final int SORTED = 216;

  /** Addresses of the scales and zero points of group 0. */
  static final int FIRST_SCALES = 224;

  static final int FIRST_ZEROS = 232;

  static final int END = 256;

  private PlaneArguments() {}
}
