package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Levels that nibbles stand for, read off the encoding itself; kept in register 2. Immutable.
 *
 * @param literal a level for each nibble
 */
record LevelTable(Literal literal) {
  private static final Vec LEVELS = ymm(2);

  /**
   * @param nibbles where they are in a block; byte 0 has that of the first value low
   * @param center is added to the levels
   */
  static LevelTable of(QuantizedEncoding encoding, int nibbles, int center) {
    int length = encoding.blockLength();
    var codes = new byte[length];
    var factors = new float[length / encoding.groupLength()];
    var block = new byte[encoding.blockBytes()];
    byte[] levels =
        BitMasks.sixteen(
            nibble -> {
              block[nibbles] = (byte) nibble;
              encoding.unpack(MemorySegment.ofArray(block), 0, length, codes, factors, factors);
              return codes[0] + center;
            });
    return new LevelTable(Literal.halves(levels));
  }

  /** Of codes in planes; empty if they stand for themselves. */
  static Optional<LevelTable> of(RowForm form) {
    return form.codes().levels().map(levels -> new LevelTable(Literal.halves(levels)));
  }

  void prepare(Emitter emitter) {
    emitter.code.op(Op.VMOVDQU, LEVELS, literal);
  }

  /** Nibbles in bytes to their levels. */
  void look(Emitter emitter, Vec target) {
    emitter.code.op(Op.VPSHUFB, target, LEVELS, target);
  }
}
