package io.gatun.device;

import io.gatun.tensors.TensorData;
import java.util.List;

/**
 * All arithmetic that a model needs, and the memory it happens in.
 *
 * <p>Buffers are float32, row-major; {@code [rows, cols]} in the descriptions below. A row is a token (or a slot of a
 * routed expert), and every operation computes each row from that row's inputs alone, in an order that does not depend
 * on how many rows there are: so results are equal to the bit however tokens are grouped into batches.
 *
 * <p><b>Precision of {@link #matmul}.</b> With {@link ActivationPrecision#Q8} and a quantized matrix, every kernel of an
 * encoding computes the same function to the last bit. Activations of a row are quantized per 32 values:
 *
 * <pre>
 *   xscale = max|x| / 127          code = rint(x · (127 / max|x|)), 0 where 127 / max|x| overflows
 *   for each piece of the weight row, in order; it ends where a group g or a run of 32 activations ends:
 *     dot  = Σ code(w) · code(x)                     exact, as integers
 *     acc  = fma((float) dot, scale(g) · xscale, acc)
 *     acc  = fma(minimum(g), xscale · Σ code(x), acc)     only where the encoding has minimums
 * </pre>
 *
 * <p>A NaN or infinity among the activations makes the results of that row NaN. In all other cases products are
 * accumulated in floating point, in an order that is fixed within a kernel tier.
 *
 * <p>A device is used by one thread at a time; {@link #close} may come from another, waits for the operation in flight
 * and frees everything the device made; later use is an {@link IllegalStateException}. Shapes that do not fit are an
 * {@link IllegalArgumentException}. Fused operations are default methods that
 * compose primitives, so that {@code ReferenceDevice}, which overrides none, is the oracle of every fused kernel.
 */
public interface Device extends AutoCloseable {

  /** The device, its kernel tier and its threads in one line, for people and for benchmark records. */
  String describe();

  /** The strongest kernel tier that is used, in one word: {@code scalar}, {@code vector256}, {@code jit}, {@code cuda}. */
  String tier();

  // ---- memory

  /** A zeroed buffer {@code [rows, cols]}. */
  Buffer buffer(long rows, long cols);

  /** Copies {@code values}, {@code rows · cols} of them, into the buffer. */
  void write(float[] values, Buffer target);

  /** Copies one row, {@code cols} values, out of the buffer. */
  void read(Buffer source, long row, float[] target);

  /**
   * Makes a weight matrix available; on a CPU the mapped bytes themselves.
   *
   * @param weights {@code [out, in]} or {@code [n_expert, out, in]}; stays owned by its checkpoint, which must outlive
   *     this device
   * @throws io.gatun.tensors.UnsupportedModelException if the device has no kernel for the encoding
   */
  Matrix load(TensorData weights);

  /** Decodes a small tensor (a norm's gain, a bias) into a buffer {@code [1, values]}. */
  Buffer loadVector(TensorData vector);

  /** Pages for keys and values; freed with the device. */
  KvPool kvPool(KvLayout layout);

  // ---- rows

  /** {@code out[r, :] = table[ids[r], :]}, decoded. */
  void embed(Matrix table, int[] ids, Buffer out);

  /** {@code out[r, :] = x[rows[r], :]}. */
  void gather(Buffer x, int[] rows, Buffer out);

  /** {@code x += y}, elementwise; {@code y} of one row is added to every row of {@code x}. */
  void add(Buffer x, Buffer y);

  /** {@code x *= factor}. */
  void scale(Buffer x, float factor);

  /** {@code x[r, :] *= factors[r, 0]}; {@code factors} is {@code [rows, 1]}. */
  void scaleRows(Buffer x, Buffer factors);

  /** {@code x = min(max(x, −limit), limit)}; what is no number stays so. */
  void clamp(Buffer x, float limit);

  /** Copies columns of each row of {@code x} into the same row of {@code out}; its other columns stay. */
  void copyColumns(Buffer x, ColumnRuns runs, Buffer out);

  // ---- matrices

  /** {@code out[r, o] = Σᵢ x[r, i] · w[o, i]}. */
  void matmul(Buffer x, Matrix w, Buffer out);

  /** Several products of the same input; a device may prepare {@code x} once. */
  default void matmul(Buffer x, List<Matrix> weights, List<Buffer> outs) {
    Shapes.matmul(weights, outs);
    for (int i = 0; i < weights.size(); i++) {
      matmul(x, weights.get(i), outs.get(i));
    }
  }

  // ---- norms, positions, gates

  /**
   * Root-mean-square norm over runs of {@code gain.cols()} values (a whole row, or each head of it):
   * {@code out = x / √(mean(x²) + eps) · gain}. May be in place. Zhang and Sennrich 2019, arXiv 1910.07467.
   *
   * @param gain {@code [1, n]} where {@code n} divides the columns of {@code x}
   */
  void rmsNorm(Buffer x, Buffer gain, float eps, Buffer out);

  /**
   * Norm of mean and variance over runs of {@code length} values: {@code out[i] = (x[i] − μ) / √(σ² + eps) · gain[i mod
   * gain.cols()]}. May be in place. Ba and others 2016, arXiv 1607.06450.
   *
   * @param length divides the columns of {@code gain}
   * @param gain {@code [1, n]} where {@code n} divides the columns of {@code x}
   */
  void layerNorm(Buffer x, int length, Buffer gain, float eps, Buffer out);

  /**
   * Rotates pairs of each head in place: {@code (a, b) → (a·cos θ − b·sin θ, a·sin θ + b·cos θ) · magnitude} with
   * {@code θ = position · frequency[i]}. Su et al. 2021, arXiv 2104.09864.
   *
   * @param x {@code [rows, heads · spec.headDim()]}
   * @param positions of each row, ≥ 0
   */
  void rope(Buffer x, int[] positions, RopeSpec spec);

  /** {@code gate = f(gate) · up}, elementwise, in place. */
  void gate(Buffer gate, Buffer up, ActivationFunction f);

  /** {@code x = f(x)}, elementwise. */
  void activate(Buffer x, ActivationFunction f);

  /** {@code x = f(x)}, elementwise, {@code f} being {@link XieluSpec}'s. */
  void xielu(Buffer x, XieluSpec spec);

  /**
   * Keeps of each row what is far above its mean: {@code x = max(x − μ − deviations · s, 0)}, with the standard deviation
   * {@code s = √(Σ (x − μ)² / (cols − 1))}. As in Gemma 3n (Google 2025).
   *
   * @param x of at least 2 columns
   */
  void sparsify(Buffer x, float deviations);

  /**
   * Brings rows to the lengths of others: {@code x[r, :] *= |y[r', :]| / |x[r, :]|} with {@code r' = r · y.rows() /
   * x.rows()}.
   *
   * @param y of as many columns, and of a number of rows that divides that of {@code x}
   */
  void rescale(Buffer x, Buffer y);

  /**
   * Mixes runs of {@code length} columns: {@code out[r, j · length + i] = Σₖ weights[r, j · m + k] · x[r, k · length + i]},
   * {@code m} being the runs of {@code x}.
   *
   * @param weights {@code [rows, n · m]} where {@code out} has {@code n} runs
   */
  void mixRuns(Buffer weights, Buffer x, int length, Buffer out);

  /** {@code x = cap · tanh(x / cap)}, elementwise; {@code cap} above 0. */
  void softcap(Buffer x, float cap);

  // ---- attention

  /**
   * Stores the keys and values of each row at its position in its sequence's pages, in the pool's types.
   *
   * @param k {@code [rows, headCountKv · keyDim]}, v likewise with valueDim
   */
  void append(KvPool pool, int layer, Buffer k, Buffer v, KvRows rows);

  /**
   * Attention of each row over the keys from {@code spec.first(position)} to {@code rows.ends()}, exclusive, which must
   * have been appended; no others are read. With {@code h' = h / (headCount / headCountKv)}:
   *
   * <pre>
   *   logit[j]  = cap(scale · q[r, h]·k[j, h']) − slope[h] · |position − j| + bias[h, j − position]
   *                                                                             cap, slope and bias where the spec has them
   *   out[r, h] = Σⱼ e^logit[j] · v[j, h'] / (Σⱼ e^logit[j] + e^sink[h])        e^sink where the spec has sinks
   * </pre>
   *
   * @param q {@code [rows, headCount · keyDim]}
   * @param out {@code [rows, headCount · valueDim]}
   */
  void attention(Buffer q, KvPool pool, int layer, AttentionSpec spec, KvRows rows, Buffer out);

  // ---- recurrence

  /**
   * A causal convolution of each column with a kernel of its own: {@code out[r, c] = Σⱼ kernel[c, j] · x[r − taps + 1 + j,
   * c]}, rows being those of the same sequence, of which the state keeps the last {@code taps − 1}.
   *
   * @param kernel {@code [1, cols · taps]}, each column's taps side by side
   * @param offset where in the states {@code [taps − 1, cols]} are
   */
  void convolve(Buffer x, Buffer kernel, StateRows rows, long offset, Buffer out);

  /**
   * The gated delta rule (Yang and others 2024, arXiv 2412.06464). For each row and value head, with the state {@code S}
   * {@code [valueDim, keyDim]}:
   *
   * <pre>
   *   S = S · e^(rate · ln(1 + e^step));   S += beta · (v − S·k) ⊗ k;   out = S·q
   * </pre>
   *
   * @param q {@code [rows, keyHeads · keyDim]}, k likewise
   * @param v {@code [rows, valueHeads · valueDim]}, out likewise
   * @param rate {@code [1, valueHeads]}
   * @param step {@code [rows, valueHeads]}, beta likewise
   * @param offset where in the states {@code S} is, {@link DeltaNetSpec#stateSize} values
   */
  void deltaNet(
      Buffer q,
      Buffer k,
      Buffer v,
      Buffer rate,
      Buffer step,
      Buffer beta,
      DeltaNetSpec spec,
      StateRows rows,
      long offset,
      Buffer out);

  /**
   * A selective state space (Gu and Dao 2023, arXiv 2312.00752; Dao and Gu 2024, arXiv 2405.21060). For each row and head,
   * with the state {@code S} {@code [headDim, stateDim]}, {@code d = ln(1 + e^step)} and the {@code b} and {@code c} of the
   * head's group:
   *
   * <pre>
   *   S[i, j] = S[i, j] · e^(rate[j] · d) + d · x[i] · b[j];   out[i] = Σⱼ S[i, j] · c[j] + skip · x[i]
   * </pre>
   *
   * @param x {@code [rows, heads · headDim]}, out likewise
   * @param b {@code [rows, groups · stateDim]}, c likewise
   * @param rate {@code [1, heads]}, or {@code [1, heads · stateDim]} where each value of a state has its own
   * @param step {@code [rows, heads]}
   * @param skip {@code [1, heads]}
   * @param offset where in the states {@code S} is, {@link StateSpaceSpec#stateSize} values
   */
  void stateSpace(
      Buffer x,
      Buffer b,
      Buffer c,
      Buffer rate,
      Buffer step,
      Buffer skip,
      StateSpaceSpec spec,
      StateRows rows,
      long offset,
      Buffer out);

  // ---- experts

  /** Chooses experts for each row from router logits {@code [rows, n_expert]}; ties go to the lower expert. */
  Routing route(Buffer logits, RouterSpec spec);

  /**
   * Products with the expert of each slot. {@code out[s, :] = experts[expert(s)] · x[row]}, where the row is the slot's
   * token if {@code x} has a row per token, and {@code s} itself if it has a row per slot.
   */
  void matmulExperts(Buffer x, Matrix experts, Routing routing, Buffer out);

  /** {@code slots[s, :] += biases[expert(s), :]}; {@code biases} is {@code [n_expert, cols]}. */
  void addExperts(Buffer slots, Matrix biases, Routing routing);

  /** {@code out[r, :] = Σₖ weight(r, k) · slots[r · used + k, :]}, in rank order {@code k}. */
  void combine(Buffer slots, Routing routing, Buffer out);

  // ---- fused

  /**
   * A gated feed-forward network: {@code out = down · (f(gate · x) ⊙ (up · x))}.
   *
   * @param hidden two scratch buffers {@code [rows, n_ff]}
   */
  default void gatedMlp(
      Buffer x, Matrix gate, Matrix up, Matrix down, ActivationFunction f, List<Buffer> hidden, Buffer out) {
    matmul(x, List.of(gate, up), hidden);
    gate(hidden.getFirst(), hidden.getLast(), f);
    matmul(hidden.getFirst(), down, out);
  }

  /** Frees all buffers, matrices and pools; stops the device's threads. Idempotent. */
  @Override
  void close();
}
