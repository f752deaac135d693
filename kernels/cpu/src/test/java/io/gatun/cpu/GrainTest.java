package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Loops are cut so that threads have work and kernels meet what belongs together. */
class GrainTest {
  private static final long MUCH = 1 << 20;

  @Test
  void weightRowsComeInWholeStrips() {
    assertEquals(32, Grain.ofStrips(MUCH));
    assertEquals(96, Grain.ofStrips(1000));
  }

  @Test
  void headsOfAKeyHeadStayTogether() {
    assertEquals(8, Grain.ofHeads(MUCH, 8, 4, 2));
    assertEquals(8, Grain.ofHeads(MUCH, 8, 4, 4));
  }

  @Test
  void everyThreadGetsHeadsWhereThereAreFewKeyHeads() {
    assertEquals(16, Grain.ofHeads(MUCH, 32, 1, 2));
    assertEquals(4, Grain.ofHeads(MUCH, 8, 4, 8));
    assertEquals(1, Grain.ofHeads(MUCH, 8, 1, 64));
  }

  @Test
  void littleWorkIsNotCut() {
    assertEquals(1 << 16, Grain.ofHeads(1, 8, 4, 2));
    assertEquals(72, Grain.ofHeads(1000, 8, 4, 2));
  }
}
