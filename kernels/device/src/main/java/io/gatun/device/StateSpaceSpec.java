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

  /** Values of a sequence's state: {@code [heads, headDim, stateDim]}. */
  public long stateSize() {
    return (long) width() * stateDim;
  }
}
