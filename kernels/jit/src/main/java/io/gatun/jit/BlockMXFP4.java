package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;

/** MXFP4: the levels are −12 to 12. */
final class BlockMXFP4 extends NibbleBlock {
  private static final int NIBBLES = 1;
  private static final int CENTER = 12;

  /** Bits of a float's mantissa; a scale whose exponent is 0 has but its second one set. */
  private static final int MANTISSA = 23;

  private static final int SMALLEST = 21;

  private final LevelTable levels = LevelTable.of(Encodings.MXFP4, NIBBLES, CENTER);

  BlockMXFP4() {
    super(Shape.of(Encodings.MXFP4, 2 * CENTER).centered(CENTER), NIBBLES);
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public void prepare(Emitter emitter) {
    levels.prepare(emitter);
  }

  /** Scales are (e − 1) at the place of a float's exponent where e is 2 or more; those of 0 and 1 are subnormal. */
  @Override
  public void factors(Emitter emitter) {
    Assembler code = emitter.code;
    Vec normal = Emitter.SCALE;
    Vec subnormal = ymm(3);
    Literal one = Literal.lanes(1);
    emitter.words(normal, 0);
    code.op(Op.VPMOVZXWD, normal, normal.half());
    code.op(Op.VPAND, normal, normal, Literal.lanes(0xFF));
    code.op(Op.VPMINSD, subnormal, normal, one);
    code.op(Op.VPADDD, subnormal, subnormal, one);
    code.shift(Shift.VPSLLD, subnormal, subnormal, SMALLEST);
    code.op(Op.VPSUBD, normal, normal, one);
    code.shift(Shift.VPSLLD, normal, normal, MANTISSA);
    code.op(Op.VPMAXSD, normal, normal, subnormal);
    emitter.keepFactors(shape());
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    super.codes(emitter, part, k, target, free);
    levels.look(emitter, target);
  }
}
