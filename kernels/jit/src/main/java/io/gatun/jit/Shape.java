package io.gatun.jit;

import io.gatun.tensors.QuantizedEncoding;

/**
 * What the loops around an encoding's code must know of its blocks. Codes are made by the code as unsigned bytes, of
 * which a center may have to be subtracted, or as signed ones. Immutable.
 *
 * @param bytes of a block, 16 or more
 * @param columns of a block, a multiple of 32
 * @param group columns that share a scale, 16 or 32
 * @param largest magnitude of a code as it is made; at most 128, or 255 for dots
 * @param center what unsigned codes are too large by
 * @param isSigned whether codes are signed; then there is no center
 * @param minimums what is done with them
 */
record Shape(int bytes, int columns, int group, int largest, int center, boolean isSigned, Minimums minimums) {
  /** Columns of a slice. */
  static final int SLICE = 16;

  private static final int LARGEST_ACTIVATION = 127;
  private static final int QUAD_PRODUCTS = 2;

  /** What an encoding's minimums are. */
  enum Minimums {
    NONE,
    /** Factors are the minimums. */
    ADDED,
    /** Factors are the minimums with the other sign. */
    SUBTRACTED,
    /** Factors are integers by which codes are too large, a center of each row; of runs of one group. */
    ZEROS
  }

  /** Of an encoding that has unsigned codes up to {@code largest}, without center and minimums. */
  static Shape of(QuantizedEncoding encoding, int largest) {
    return new Shape(
        encoding.blockBytes(), encoding.blockLength(), encoding.groupLength(), largest, 0, false, Minimums.NONE);
  }

  Shape centered(int newCenter) {
    return new Shape(bytes, columns, group, largest, newCenter, isSigned, minimums);
  }

  Shape signed() {
    return new Shape(bytes, columns, group, largest, 0, true, minimums);
  }

  /** The same with codes that are 128 larger, and so unsigned. */
  Shape offset() {
    return new Shape(bytes, columns, group, 255, 128, false, minimums);
  }

  Shape withLargest(int newLargest) {
    return new Shape(bytes, columns, group, newLargest, center, isSigned, minimums);
  }

  Shape with(Minimums newMinimums) {
    return new Shape(bytes, columns, group, largest, center, isSigned, newMinimums);
  }

  boolean hasMinimums() {
    return minimums != Minimums.NONE;
  }

  /** Whether each row has a center of its own. */
  boolean hasZeros() {
    return minimums == Minimums.ZEROS;
  }

  /** Whether minimums are floats that are added or subtracted. */
  boolean addsMinimums() {
    return hasMinimums() && !hasZeros();
  }

  /** Whether a dot of unsigned codes is to be corrected by sums of activations. */
  boolean hasCorrections() {
    return hasMinimums() || center != 0;
  }

  /** Whether they are both to be corrected by a center and to get minimums: of runs of one group. */
  boolean addsMinimumsToCentered() {
    return center != 0 && addsMinimums();
  }

  /** Corrections of a run that depend on activations alone: of each group, or of its center and of its minimums. */
  int corrections() {
    return addsMinimumsToCentered() ? 2 : groupsOfRun();
  }

  int groups() {
    return columns / group;
  }

  /** Slices of 16 columns of a group. */
  int slicesOfGroup() {
    return group / SLICE;
  }

  int groupOfSlice(int slice) {
    return slice / slicesOfGroup();
  }

  /** Groups of a run of 32 columns. */
  int groupsOfRun() {
    return 32 / group;
  }

  int runs() {
    return columns / 32;
  }

  /** Products whose sum is sure to fit 16 bits. */
  int productsInWord() {
    return Short.MAX_VALUE / (largest * LARGEST_ACTIVATION);
  }

  /** Quads of columns, as a panel has them, whose products are added in 16-bit lanes: 1, 2, 4 or 8, of one group. */
  int quadsInWord() {
    return Math.min(Integer.highestOneBit(productsInWord() / QUAD_PRODUCTS), group / 4);
  }

  /** Factors of a run in a panel. */
  int factorsOfRun() {
    return groupsOfRun() * (hasMinimums() ? 2 : 1);
  }

  /** Bytes of the codes of a run of 32 columns in a panel of such vectors, and of their magnitudes if they are signed. */
  int panelCodes(int vector) {
    return PanelEmitter.QUADS * vector * (isSigned ? 2 : 1);
  }

  /** Bytes of a run of 32 columns in a panel of such vectors. */
  int panelBytes(int vector) {
    return panelCodes(vector) + factorsOfRun() * vector;
  }
}
