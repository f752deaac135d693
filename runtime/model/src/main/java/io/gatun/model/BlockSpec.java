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
 * Then, where a block has an input of its own, {@code x += norm(project · (f(gate · x) ⊙ input))}; and at last {@code x *=
 * outputScale}.
 *
 * @param residual which of these
 * @param residualScale factor on what is added
 * @param outputScale factor on the stream behind the block
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
    Optional<OwnInput> ownInput,
    float outputScale) {

  /**
   * How a block uses its part of {@link Embedding.BlockInputs}.
   *
   * @param gate {@code [n_input, n_embd]}
   * @param project {@code [n_embd, n_input]}
   * @param norm of what is added
   */
  public record OwnInput(Linear gate, ActivationFunction function, Linear project, Norm norm) {}

  /** How the two parts of a block join the stream. */
  public enum Residual {
    SEQUENTIAL,
    PARALLEL,
    NORMED_SUM
  }
}
