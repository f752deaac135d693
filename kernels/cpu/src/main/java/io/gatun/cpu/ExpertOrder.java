package io.gatun.cpu;

import io.gatun.device.Routing;

/**
 * The slots of a routing, ordered by expert and among those of an expert by number. Only experts that are used have a
 * rank. Immutable.
 */
final class ExpertOrder {
  private final int[] slots;
  private final int[] experts;
  private final int[] firsts;
  private final int used;

  ExpertOrder(Routing routing, int expertCount) {
    var counts = new int[expertCount];
    for (int expert : routing.experts()) {
      counts[expert]++;
    }
    experts = new int[expertCount];
    firsts = new int[expertCount + 1];
    var next = new int[expertCount];
    int ranks = 0;
    int first = 0;
    for (int expert = 0; expert < expertCount; expert++) {
      if (counts[expert] > 0) {
        experts[ranks] = expert;
        next[expert] = first;
        first += counts[expert];
        ranks++;
        firsts[ranks] = first;
      }
    }
    used = ranks;
    slots = new int[routing.slots()];
    for (int slot = 0; slot < slots.length; slot++) {
      slots[next[routing.experts()[slot]]++] = slot;
    }
  }

  int slots() {
    return slots.length;
  }

  /** The slot at an index of the order. */
  int slot(int index) {
    return slots[index];
  }

  /** Experts that are used. */
  int used() {
    return used;
  }

  int expert(int rank) {
    return experts[rank];
  }

  /** Index of the first slot of a rank; of {@link #used}, the number of slots. */
  int first(int rank) {
    return firsts[rank];
  }
}
