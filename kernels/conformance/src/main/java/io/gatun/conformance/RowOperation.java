package io.gatun.conformance;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Device;

/**
 * An operation of a {@link Device} on fixed operands, of which a call takes some rows. Immutable.
 *
 * @param rows how many rows of operands there are
 * @param isExact whether every device must have the reference's bits
 */
record RowOperation(String name, ActivationPrecision precision, int rows, boolean isExact, Call call) {

  /** Computes some of the rows. */
  @FunctionalInterface
  interface Call {

    /**
     * @param chosen rows of the operands, in any order, perhaps more than once
     * @return the results that belong to each of them
     */
    float[][] run(Device device, int[] chosen);
  }

  float[][] run(Device device, int... chosen) {
    return call.run(device, chosen);
  }
}
