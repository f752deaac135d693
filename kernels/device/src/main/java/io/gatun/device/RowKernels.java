package io.gatun.device;

import java.util.Optional;

/**
 * The operations on rows that a kernel tier may do faster. Stateless and thread-safe; each method computes a range, so
 * that workers can share a call. Shapes have been checked. {@link Device} has the equations.
 */
public interface RowKernels {

  /**
   * Quantizes rows {@code from} to {@code to} (exclusive) of {@code x} into the same rows of {@code target}, which has
   * been shaped; bit for bit as {@link Device} defines.
   */
  void quantize(HostBuffer x, QuantizedRows target, long from, long to, Scratch scratch);

  /** Rows {@code from} to {@code to}, exclusive. */
  void rmsNorm(HostBuffer x, HostBuffer gain, float eps, HostBuffer out, long from, long to);

  /** Rows {@code from} to {@code to}, exclusive. */
  void layerNorm(HostBuffer x, int length, HostBuffer gain, float eps, HostBuffer out, long from, long to);

  /** Rows {@code from} to {@code to}, exclusive. */
  void rope(HostBuffer x, int[] positions, RopeSpec spec, long from, long to, Scratch scratch);

  /** Values {@code from} to {@code to}, exclusive, of the flat {@code x}; bit for bit as {@link Device} defines. */
  void add(HostBuffer x, HostBuffer y, long from, long to);

  /** Values {@code from} to {@code to}, exclusive, of the flat {@code x}; bit for bit as {@link Device} defines. */
  void scale(HostBuffer x, float factor, long from, long to);

  /** Stores rows {@code from} to {@code to}, exclusive; bit for bit as {@link HostKvPool} defines. */
  void append(HostKvPool pool, int layer, HostBuffer k, HostBuffer v, KvRows rows, long from, long to, Scratch scratch);

  /** Values {@code from} to {@code to}, exclusive, of the flat buffers. */
  void gate(HostBuffer gate, HostBuffer up, ActivationFunction f, long from, long to);

  /** Values {@code from} to {@code to}, exclusive, of the flat {@code x}. */
  void activate(HostBuffer x, ActivationFunction f, long from, long to);

  /** Values {@code from} to {@code to}, exclusive, of the flat {@code x}. */
  void softcap(HostBuffer x, float cap, long from, long to);

  /** Units {@code from} to {@code to}, exclusive, where unit {@code row · headCount + head} is one head of one row. */
  void attention(AttentionCall call, long from, long to, Scratch scratch);

  /** Columns {@code from} to {@code to}, exclusive, of all rows. */
  void convolve(ConvolveCall call, long from, long to, Scratch scratch);

  /** Columns {@code from} to {@code to}, exclusive, of all rows' results. */
  void deltaNet(DeltaNetCall call, long from, long to, Scratch scratch);

  /** Columns {@code from} to {@code to}, exclusive, of all rows' results. */
  void linearAttention(LinearAttentionCall call, long from, long to, Scratch scratch);

  /** Columns {@code from} to {@code to}, exclusive, of all rows' results. */
  void stateSpace(StateSpaceCall call, long from, long to, Scratch scratch);

  /** The operands of {@link Device#convolve}. */
  record ConvolveCall(HostBuffer x, HostBuffer kernel, StateRows rows, long offset, HostBuffer out) {

    /** Tokens that a result is of. */
    public int taps() {
      return Math.toIntExact(kernel.cols() / x.cols());
    }
  }

  /** The operands of {@link Device#deltaNet}. */
  record DeltaNetCall(
      HostBuffer q,
      HostBuffer k,
      HostBuffer v,
      HostBuffer rate,
      HostBuffer step,
      HostBuffer beta,
      DeltaNetSpec spec,
      StateRows rows,
      long offset,
      HostBuffer out) {

    /** Steps of a value head. */
    public int steps() {
      return Math.toIntExact(step.cols() / spec.valueHeads());
    }
  }

  /** The operands of {@link Device#linearAttention}. */
  record LinearAttentionCall(
      HostBuffer q,
      HostBuffer k,
      HostBuffer v,
      HostBuffer decay,
      Optional<StateCorrection> correction,
      int heads,
      StateRows rows,
      long offset,
      HostBuffer out) {

    /** Lines of a head's state. */
    public int keyDim() {
      return Math.toIntExact(q.cols() / heads);
    }

    /** Columns of a head's state. */
    public int valueDim() {
      return Math.toIntExact(v.cols() / heads);
    }
  }

  /** The operands of {@link Device#stateSpace}. */
  record StateSpaceCall(
      HostBuffer x,
      HostBuffer b,
      HostBuffer c,
      HostBuffer rate,
      HostBuffer step,
      HostBuffer skip,
      StateSpaceSpec spec,
      StateRows rows,
      long offset,
      HostBuffer out) {}

  /** The operands of {@link Device#attention}. */
  record AttentionCall(HostBuffer q, HostKvPool pool, int layer, AttentionSpec spec, KvRows rows, HostBuffer out) {}
}
