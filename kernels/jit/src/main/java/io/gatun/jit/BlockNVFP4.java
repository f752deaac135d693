package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;
import java.util.List;

/** NVFP4: a byte of scale for each 16 values, whose nibbles are eight bytes, those of the first eight values low. */
final class BlockNVFP4 implements BlockCode {
  private static final int NIBBLES = 4;
  private static final int CENTER = 12;
  private static final int SIGN = 0x80;
  private static final int NO_NUMBER = 0x7F;

  /** Where a scale's bits stand in a float, and what it is too small by then. */
  private static final int PLACE = 20;

  private static final float FACTOR = 0x1p119f;
  private static final Vec BYTES = ymm(1);

  private final LevelTable levels = LevelTable.of(Encodings.NVFP4, NIBBLES, CENTER);

  @Override
  public Shape shape() {
    return Shape.of(Encodings.NVFP4, 2 * CENTER).centered(CENTER);
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public void prepare(Emitter emitter) {
    levels.prepare(emitter);
  }

  @Override
  public List<Literal> constants() {
    return List.of(Emitter.NIBBLES, Emitter.ONES);
  }

  /** A scale of 7F is none; a sign is not read. */
  @Override
  public void factors(Emitter emitter) {
    Assembler code = emitter.code;
    List<Vec> head = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    emitter.heads(head, 0, List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
    Vec bits = ymm(4);
    Vec isNone = ymm(5);
    for (int group = 0; group < shape().groups(); group++) {
      emitter.unsignedByte(bits, head.getFirst(), group);
      code.op(Op.VPCMPEQD, isNone, bits, Literal.lanes(NO_NUMBER));
      code.op(Op.VPANDN, bits, isNone, bits);
      code.op(Op.VPAND, bits, bits, Literal.lanes(SIGN - 1));
      code.shift(Shift.VPSLLD, bits, bits, PLACE);
      code.op(Op.VMULPS, bits, bits, Literal.lanes(Float.floatToRawIntBits(FACTOR)));
      code.store(emitter.scale(group), bits);
    }
  }

  @Override
  public List<List<Integer>> parts() {
    return List.of(List.of(0, 1), List.of(2, 3));
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(BYTES, i, NIBBLES + Shape.SLICE * part);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    emitter.nibbles(target, BYTES, false);
    emitter.nibbles(free, BYTES, true);
    emitter.code.op(k == 0 ? Op.VPUNPCKLQDQ : Op.VPUNPCKHQDQ, target, target, free);
    levels.look(emitter, target);
  }
}
