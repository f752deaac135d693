package io.gatun.device;

/**
 * How a row chooses its experts: those with the largest score, ties to the lower one.
 *
 * @param used experts per row, 1 to their number
 * @param weighting how scores, and the chosen experts' weights, come from the router's logits
 * @param scale factor on the weights
 * @param bias added to each expert's score where they are chosen, not to weights; empty for none; not copied, must not
 *     change
 * @param groups of as many experts each; only experts of the best groups are chosen, by the sum of a group's two largest
 *     scores (DeepSeek-AI 2024, arXiv 2412.19437); 1 for no grouping
 * @param groupsUsed how many groups, 1 to their number
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record RouterSpec(int used, Weighting weighting, float scale, float[] bias, int groups, int groupsUsed) {
  private static final float[] NONE = {};

  public RouterSpec {
    if (groups < 1 || groupsUsed < 1 || groupsUsed > groups) {
      throw new IllegalArgumentException("%d of %d groups of experts".formatted(groupsUsed, groups));
    }
  }

  /** Without a factor, a bias or groups. */
  public RouterSpec(int used, Weighting weighting) {
    this(used, weighting, 1, NONE, 1, 1);
  }

  /** How weights come from logits. */
  public enum Weighting {
    /** Softmax over all experts, then the chosen ones' weights divided by their sum (mixtral, qwen3moe). */
    SOFTMAX_RENORMALIZED,
    /** Softmax over all experts, weights as they are (qwen2moe, olmoe). */
    SOFTMAX,
    /** A logistic function of each logit, then the chosen ones' weights divided by their sum (deepseek 3, glm4moe). */
    SIGMOID_RENORMALIZED,
    /** A logistic function of each logit, weights as they are. */
    SIGMOID
  }
}
