package io.gatun.jit;

/** The 64-bit general registers. */
enum Gp {
  RAX(0),
  RCX(1),
  RDX(2),
  RBX(3),
  RSP(4),
  RBP(5),
  RSI(6),
  RDI(7),
  R8(8),
  R9(9),
  R10(10),
  R11(11),
  R12(12),
  R13(13),
  R14(14),
  R15(15);

  final int number;

  Gp(int number) {
    this.number = number;
  }

  /** The lower three bits of its number, which stand in the operand. */
  int low() {
    return number & 7;
  }

  /** The upper bit, which stands in a prefix. */
  int high() {
    return number >> 3;
  }
}
