package io.gatun.cpu.vector;

import io.gatun.device.HostMatrix;
import io.gatun.device.Scratch;
import io.gatun.tensors.MatrixEncoding.Region;

/**
 * Decodes a strip of weight rows into a panel: what an encoding brings to the tile. Stateless and thread-safe.
 *
 * <p>Narrow codes are pairs of 16-bit numbers, code less the center of {@link PanelCodes.Narrow}; wide ones are floats. Of four columns
 * the order is
 *
 * <pre>
 *   narrow   (0, 2) of each row, (1, 3) of each row
 *   wide     0 of each row, 1 of each row, 2 of each row, 3 of each row
 * </pre>
 */
interface PanelPacker {

  /**
   * Fills codes, scales and minimums of a panel, as {@link PanelMap} has them. Lanes of rows past the last stay as they
   * are.
   *
   * @param region of 1 to {@link PanelMap#ROWS} rows and 1 to {@link PanelMap#COLS} columns, whole blocks or groups
   * @param panel address of the worker's block
   */
  void pack(HostMatrix w, Region region, long panel, Scratch scratch);
}
