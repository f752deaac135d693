package io.gatun.device;

import io.gatun.tensors.Encoding;

/** Weights resident on a {@link Device}, perhaps repacked; opaque outside it. Immutable. */
public interface Matrix {

  /** For messages: the tensor's name. */
  String name();

  Encoding encoding();

  /** Output dimension, of each expert. */
  long rows();

  /** Input dimension. */
  long cols();

  /** Number of experts stacked in it, 1 for a plain matrix. */
  int experts();
}
