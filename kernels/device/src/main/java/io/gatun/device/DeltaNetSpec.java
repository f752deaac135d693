package io.gatun.device;

/**
 * The shape of a gated delta rule.
 *
 * @param keyHeads query and key heads
 * @param valueHeads value heads; head {@code h} has the query and key of head {@code h mod keyHeads}
 * @param keyDim values per query and key head
 * @param valueDim values per value head
 */
public record DeltaNetSpec(int keyHeads, int valueHeads, int keyDim, int valueDim) {

  public DeltaNetSpec {
    if (keyHeads < 1 || valueHeads < 1 || valueHeads % keyHeads != 0 || keyDim < 1 || valueDim < 1) {
      throw new IllegalArgumentException(
          "%d key heads of %d, %d value heads of %d".formatted(keyHeads, keyDim, valueHeads, valueDim));
    }
  }

  /** Values of a sequence's state: {@code [valueHeads, keyDim, valueDim]}. */
  public long stateSize() {
    return (long) valueHeads * valueDim * keyDim;
  }
}
