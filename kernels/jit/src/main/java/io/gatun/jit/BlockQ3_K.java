package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;
import java.util.List;

/** Q3_K: 32 bytes before the two bits hold a third one, bit n of byte l that of value 32·n + l; six-bit scales. */
final class BlockQ3_K extends TwoBitBlock {
  private static final int LOW = 32;
  private static final int SCALE = 108;
  private static final int THIRD_BIT = 2;
  private static final Vec UPPER = ymm(2);
  private static final Literal THIRD = Literal.bytes(1 << THIRD_BIT);
  private static final Literal TWO_BITS = Literal.bytes(0x30);
  private static final Literal CENTER = Literal.bytes(32);

  BlockQ3_K() {
    super(Shape.of(Encodings.Q3_K, 7).centered(4), LOW);
  }

  @Override
  public int registers() {
    return 2;
  }

  /**
   * The twelve bytes of scales end two bytes before the block does; they are read with the four bytes before them. Bytes 0 to 7 of
   * them are nibbles, bytes 8 to 11 the upper two bits of scales g, g + 4, g + 8 and g + 12.
   */
  @Override
  public void factors(Emitter emitter) {
    Assembler code = emitter.code;
    List<Vec> bytes = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    emitter.heads(bytes, SCALE - Shape.SLICE, List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
    Vec scale = ymm(7);
    Vec four = ymm(8);
    Vec upper = ymm(9);
    Vec one = ymm(10);
    emitter.halves(scale, SCALE);
    for (int k = 0; k < 4; k++) {
      emitter.nibbles(four, bytes.get(1 + k % 2), k > 1);
      emitter.bits(upper, bytes.getLast(), 2 * k - 4, TWO_BITS);
      code.op(Op.VPOR, four, four, upper);
      code.op(Op.VPSUBB, four, four, CENTER);
      for (int i = 0; i < 4; i++) {
        emitter.signedByte(one, four, i);
        emitter.factor(emitter.scale(4 * k + i), one, scale);
      }
    }
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    super.load(emitter, i, part);
    emitter.pair(UPPER, i, Shape.SLICE * (part % 2));
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    super.codes(emitter, part, k, target, free);
    int run = part / 2 * 4 + k;
    emitter.bits(free, UPPER, run - THIRD_BIT, THIRD);
    emitter.code.op(Op.VPOR, target, target, free);
  }
}
