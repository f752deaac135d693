package io.gatun.oracle.layers;

import java.util.List;

/**
 * A linear layer as a format stores it.
 *
 * @param tensors of the layer
 * @param matrix what they mean
 */
public record StoredLayer(List<RawTensor> tensors, FloatMatrix matrix) {
  public StoredLayer {
    tensors = List.copyOf(tensors);
  }
}
