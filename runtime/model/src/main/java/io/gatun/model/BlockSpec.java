package io.gatun.model;

import io.gatun.device.ActivationFunction;
import java.util.Optional;

/**
 * One block of the residual stream {@code x}. With {@code mix(y) = mixerOutputNorm(mixer(y)) · residualScale} and {@code
 * feed} likewise:
 *
 * <pre>
 *   SEQUENTIAL   x += mix(mixerNorm(x));  x += feed(feedForwardNorm(x))
 *   PARALLEL     x += mix(mixerNorm(x)) + feed(feedForwardNorm(x))          both of the same x
 *   NORMED_SUM   x = mixerOutputNorm(x + mixer(mixerNorm(x)));  x = feedForwardOutputNorm(x + …)
 * </pre>
 *
 * A sequential block may have a bypass of its mixer, which adds {@code y + norm(up · (down · y))} of {@code y =
 * mixerNorm(x)} to the stream, too, and then multiplies it by its scale. Behind the network come {@code x += skip ·
 * embedding}; where a block has an input of its own, {@code x += norm(project · (f(gate · (x ⊙ gain)) ⊙ input))}, or, where
 * there are other streams, the same for all of those; and at last {@code x = outputNorm(x · outputScale)}.
 *
 * @param residual which of these
 * @param residualScale factor on what is added
 * @param skip factor on the embedding of the tokens, as it came out of its norm
 * @param outputScale factor on the stream behind the block
 * @param outputNorm of the stream behind the block
 * @param prediction what happens to other streams around it
 */
public record BlockSpec(
    Residual residual,
    Norm mixerNorm,
    Mixer mixer,
    Norm mixerOutputNorm,
    Norm feedForwardNorm,
    FeedForward feedForward,
    Norm feedForwardOutputNorm,
    float residualScale,
    Optional<Bypass> bypass,
    float skip,
    Optional<OwnInput> ownInput,
    float outputScale,
    Norm outputNorm,
    Optional<Streams.Prediction> prediction) {

  /**
   * A way around the mixer through few dimensions (LAuReL: Menghani and others 2024, arXiv 2411.07501).
   *
   * @param down {@code [n_low, n_embd]}
   * @param up {@code [n_embd, n_low]}
   * @param norm of what comes out
   * @param scale factor on the stream behind it
   */
  public record Bypass(Linear down, Linear up, Norm norm, float scale) {}

  /**
   * How a block uses its part of {@link Embedding.BlockInputs}.
   *
   * @param gain name of a tensor {@code [n_embd]}
   * @param gate {@code [n_input, n_embd]}
   * @param project {@code [n_embd, n_input]}
   * @param norm of what is added
   */
  public record OwnInput(
      Optional<String> gain, Linear gate, ActivationFunction function, Linear project, Norm norm) {}

  /** How the two parts of a block join the stream. */
  public enum Residual {
    SEQUENTIAL,
    PARALLEL,
    NORMED_SUM
  }
}
