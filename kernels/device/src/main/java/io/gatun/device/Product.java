package io.gatun.device;

/**
 * One matrix product for a kernel to compute, any range of weight rows at a time:
 * {@code out[firstOut + i, o] = Σⱼ x[firstX + i, j] · w[expert, o, j]} for {@code 0 ≤ i < count}. The shapes fit.
 *
 * @param <X> the activations: {@link HostBuffer} or {@link QuantizedRows}
 * @param w of experts that lie apart, the one that is multiplied; kernels see no others
 * @param expert 0 for a plain matrix
 */
public record Product<X>(X x, long firstX, HostMatrix w, int expert, HostBuffer out, long firstOut, long count) {
  public Product {
    if (!w.apart().isEmpty()) {
      w = w.holding(expert);
      expert = 0;
    }
  }

  /** The same with one of its activation rows alone. */
  public Product<X> token(long index) {
    return new Product<>(x, firstX + index, w, expert, out, firstOut + index, 1);
  }
}
