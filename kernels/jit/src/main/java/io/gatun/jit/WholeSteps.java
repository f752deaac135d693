package io.gatun.jit;

import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import java.lang.ref.Reference;

/** Products of matrices in planes whose rows machine code takes by whole steps. */
@FunctionalInterface
interface WholeSteps {

  /** Computes rows of the product's expert, none of them behind whole steps of all rows. */
  void compute(long from, long to);

  /**
   * Computes the rows of whole steps, and leaves those behind them to the scalar kernel, which gives the same bits.
   *
   * @param wholeRows of all experts, those of whole steps; 0 if machine code cannot read the matrix
   */
  static void run(
      Product<QuantizedRows> product, long from, long to, Scratch scratch, long wholeRows, WholeSteps steps) {
    long whole = Math.clamp(wholeRows - product.w().firstRow(product.expert()), from, to);
    if (from < whole && product.count() > 0) {
      try {
        steps.compute(from, whole);
      } finally {
        Reference.reachabilityFence(scratch); // whose block is used by its address
      }
    }
    if (whole < to) {
      ScalarKernels.q8Matmul().run(product, whole, to, scratch);
    }
  }
}
