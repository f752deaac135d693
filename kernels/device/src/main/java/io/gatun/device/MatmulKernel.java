package io.gatun.device;

/**
 * Computes a range of the columns of a {@link Product}'s output. Stateless and thread-safe: several workers run it on
 * different ranges of the same product.
 *
 * <p>An output depends on its activation row and its weight row only, never on the range or on the rows beside it.
 *
 * @param <X> the activations: {@link HostBuffer} or {@link QuantizedRows}
 */
@FunctionalInterface
public interface MatmulKernel<X> {

  /**
   * @param from first weight row, of the product's expert
   * @param to after the last
   * @param scratch the worker's own
   */
  void run(Product<X> product, long from, long to, Scratch scratch);

  /**
   * Weight rows that a worker had better be given at a time, if there are so many: where they lie side by side in memory.
   *
   * @param count activation rows of the product
   */
  default long rowsTogether(long count) {
    return 1;
  }
}
