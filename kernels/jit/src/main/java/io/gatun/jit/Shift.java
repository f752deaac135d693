package io.gatun.jit;

/** Shifts of each lane by a constant number of bits: the opcode, and the number that stands in place of a register. */
enum Shift {
  VPSRLW(0x71, 2),
  VPSLLW(0x71, 6),
  VPSRLD(0x72, 2),
  VPSRAD(0x72, 4),
  VPSLLD(0x72, 6);

  final int code;
  final int extension;

  Shift(int code, int extension) {
    this.code = code;
    this.extension = extension;
  }
}
