package io.gatun.jit;

import static io.gatun.jit.Gp.R15;

import io.gatun.jit.Operand.Mem;

/** Writes how memory of the next strip is asked for, from R15 on, while one is computed. Used by one thread. */
final class NextStrip {
  private static final int LINE = 64;

  private final Assembler code;
  private final int bytes;
  private int asked;
  private int loads;

  /** @param bytes that are asked for at a block */
  NextStrip(Assembler code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** Asks for a line at every second load, so that such requests are spread between the loads. */
  void loading() {
    if (asked < bytes && loads++ % 2 == 0) {
      line();
    }
  }

  /** Asks for what is left of the block's. */
  void advance() {
    while (asked < bytes) {
      line();
    }
    code.add(R15, bytes);
  }

  private void line() {
    code.prefetch(Mem.at(R15, asked));
    asked += LINE;
  }
}
