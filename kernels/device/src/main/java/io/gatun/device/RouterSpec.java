package io.gatun.device;

/**
 * How a row chooses its experts.
 *
 * @param used experts per row, 1 to their number
 * @param weighting how the chosen experts' weights come from the router's logits
 */
public record RouterSpec(int used, Weighting weighting) {

  /** How weights come from logits. */
  public enum Weighting {
    /** Softmax over all experts, then the chosen ones' weights divided by their sum (mixtral, qwen3moe). */
    SOFTMAX_RENORMALIZED,
    /** Softmax over all experts, weights as they are (qwen2moe, olmoe). */
    SOFTMAX
  }
}
