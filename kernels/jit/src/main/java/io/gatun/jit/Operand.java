package io.gatun.jit;

import org.jspecify.annotations.Nullable;

/** What an instruction of vectors can read last: a register or memory. Immutable. */
sealed interface Operand {

  /**
   * A vector register.
   *
   * @param number 0 to 15
   * @param bits 128 or 256: which part of it is meant
   */
  record Vec(int number, int bits) implements Operand {

    /** All of a register. */
    static Vec ymm(int number) {
      return new Vec(number, 256);
    }

    /** The lower three bits of its number, which stand in the operand. */
    int low() {
      return number & 7;
    }

    /** Its lower half. */
    Vec half() {
      return new Vec(number, 128);
    }
  }

  /**
   * Memory at {@code base + index · scale + displacement}.
   *
   * @param index not {@link Gp#RSP}
   * @param scale 1, 2, 4 or 8
   */
  record Mem(Gp base, @Nullable Gp index, int scale, int displacement) implements Operand {

    static Mem at(Gp base, int displacement) {
      return new Mem(base, null, 1, displacement);
    }

    static Mem at(Gp base, Gp index, int scale, int displacement) {
      return new Mem(base, index, scale, displacement);
    }

    /** The upper bit of the index's number, which stands in a prefix. */
    int indexHigh() {
      return index == null ? 0 : index.high();
    }
  }

  /** A number in all 32-bit lanes, kept behind the code. */
  record Literal(int value) implements Operand {}
}
