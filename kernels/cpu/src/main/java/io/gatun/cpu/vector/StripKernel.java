package io.gatun.cpu.vector;

/**
 * Knows how the blocks of an encoding lie in the mapped bytes: brings a strip of weight rows together, one to a lane, and
 * multiplies it with a few activation rows or decodes it into a panel. Stateless and thread-safe.
 *
 * <p>Activations come in planes of pairs of 16-bit numbers, one pair for each four columns ("quad"); plane 0 has columns
 * 0 and 2, plane 1 has 1 and 3, the others are {@link #planes derived}.
 */
interface StripKernel {

  /** Planes that a row of activations has. */
  int planeCount();

  /** What is added to each code by way of the sum of the activations. */
  int center();

  /**
   * Computes planes 2 and on from planes 0 and 1.
   *
   * @param stride from plane to plane: the quads of a row, and room for a vector more
   */
  void planes(int[] x, int start, int stride, int quads);

  /**
   * Brings fields of {@code blocks} blocks of each row together, lanes as rows.
   *
   * @param source address of the first row's first block
   * @param rowBytes from row to row
   * @param rows 1 to {@link Lanes#COUNT}; the lanes of others stay as they are
   * @param strip address of the room for them
   */
  void gather(long source, long rowBytes, int rows, int blocks, long strip);

  /**
   * Adds the products of the gathered blocks with one activation row.
   *
   * @param x its planes
   * @param first index of plane 0 of the first block's first quad
   * @param piece index of the first block's first piece
   * @param sums address of a vector of floats, one for each weight row
   */
  void multiply(long strip, int blocks, PreparedRows x, int first, int piece, long sums);

  /**
   * Decodes the codes of the gathered blocks into their lanes of a panel, in {@link PanelPacker}'s order.
   *
   * @param panel address of the panel's codes for the first of the strip's rows
   */
  void expand(long strip, int blocks, long panel);
}
