package io.gatun.model.hf;

/**
 * The order in which rows of queries and keys go into a GGUF file. Where its architecture rotates neighbours together, and
 * the folder has the dimensions {@code i} and {@code i + n/2} of a head for that, the halves are interleaved.
 *
 * @param together rows of a head; 1 if rows stay where they are
 * @param rotated how many of them rotate, from the first on; an even number
 */
record RowOrder(int together, int rotated) {
  static final RowOrder SAME = new RowOrder(1, 0);

  /** Which row of the folder, counted from the first of a head, is this one in the file. */
  int stored(int row) {
    int inHead = row % together;
    return together == 1 || inHead >= rotated ? row : row - inHead + inHead % 2 * (rotated / 2) + inHead / 2;
  }
}
