package io.gatun.jit;

import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.R12;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;
import java.util.List;

/** IQ1_M: eight low bits of a point, then three high bits and the shift; the block's factor is in four parts. */
final class BlockIQ1_M extends GridBlock {
  private static final int HIGH = 32;
  private static final int SCALES = 48;
  private static final int CENTER = 9;

  BlockIQ1_M() {
    super(Shape.of(Encodings.IQ1_M, 2 * CENTER).centered(CENTER), BlockIQ1_S.tables());
  }

  @Override
  Field scale(int group) {
    return new Field(SCALES - 8, 2 + group / 8, group / 4 % 2 * 16 + group % 4 * 3, 7);
  }

  @Override
  float unit() {
    return 1 / 8f;
  }

  /** The upper four bits of four times 16, the lowest first. */
  @Override
  void blockFactor(Emitter emitter, Vec target) {
    List<Vec> head = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    emitter.heads(head, SCALES - 8, List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
    Assembler code = emitter.code;
    Vec part = ymm(7);
    code.op(Op.VPXOR, target, target, target);
    for (int i = 0; i < 4; i++) {
      code.shift(Shift.VPSRLD, part, head.get(2 + i / 2), 12 + 16 * (i % 2) - 4 * i);
      code.op(Op.VPAND, part, part, Literal.lanes(15 << (4 * i)));
      code.op(Op.VPOR, target, target, part);
    }
    emitter.lanesToFloats(target);
  }

  @Override
  void point(Emitter emitter, int row, int slice, int n) {
    emitter.code.movzxWord(R12, emitter.row(row, HIGH + slice - 1));
    emitter.code.shr(R12, 4 * n);
    emitter.code.and(R12, 7 << 8);
    emitter.code.movzxByte(R11, emitter.row(row, slice * 2 + n));
    emitter.code.or(R11, R12);
  }

  @Override
  void second(Emitter emitter, int row, int slice, int eight) {
    emitter.code.movzxByte(R11, emitter.row(row, HIGH + slice));
    emitter.code.shr(R11, 4 * eight + 3);
    emitter.code.and(R11, 1);
  }
}
