package io.gatun.device;

/**
 * The shape of a selective state space.
 *
 * @param heads that have a step, a rate and a state of their own
 * @param headDim values per head
 * @param groups of heads that follow each other and share what they write and read with, divides {@code heads}
 * @param stateDim values of the state for each value of a head
 */
public record StateSpaceSpec(int heads, int headDim, int groups, int stateDim) {

  public StateSpaceSpec {
    if (heads < 1 || headDim < 1 || groups < 1 || heads % groups != 0 || stateDim < 1) {
      throw new IllegalArgumentException(
          "%d heads of %d in %d groups, states of %d".formatted(heads, headDim, groups, stateDim));
    }
  }

  /** Values of all heads. */
  public int width() {
    return heads * headDim;
  }

  /** Values of all heads that lie side by side in the state: a head's, or where heads have one value, those of a group. */
  public int run() {
    return headDim > 1 ? headDim : heads / groups;
  }

  /** Values of a sequence's state: {@code [width / run, stateDim, run]}. */
  public long stateSize() {
    return (long) width() * stateDim;
  }

  /** Where the first of the {@code stateDim} state values of a head's value is; the next is {@link #run} on. */
  public long stateIndex(int value) {
    return (long) (value / run()) * run() * stateDim + value % run();
  }
}
