package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;
import java.util.List;
import java.util.stream.IntStream;

/** IQ4_XS: the levels of IQ4_NL, 16 bytes for each group; six-bit scales. */
final class BlockIQ4_XS implements BlockCode {
  private static final int NIBBLES = 8;
  private static final Vec BYTES = ymm(1);

  private final LevelTable levels = LevelTable.of(Encodings.IQ4_XS, NIBBLES, 0);

  @Override
  public Shape shape() {
    return Shape.of(Encodings.IQ4_XS, 127).signed();
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

  /** The first 32 bits of a block are a half and two upper bits for each scale, the next 32 the lower four bits. */
  @Override
  public void factors(Emitter emitter) {
    Assembler code = emitter.code;
    List<Vec> head = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    emitter.heads(head, 0, List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
    Vec scale = ymm(5);
    Vec lower = ymm(6);
    Vec upper = ymm(7);
    emitter.halves(scale, 0);
    for (int group = 0; group < shape().groups(); group++) {
      code.shift(Shift.VPSRLD, lower, head.get(1), 4 * group);
      code.op(Op.VPAND, lower, lower, Literal.lanes(0x0F));
      code.shift(Shift.VPSRLD, upper, head.get(0), 16 + 2 * group);
      code.op(Op.VPAND, upper, upper, Literal.lanes(0x03));
      code.shift(Shift.VPSLLD, upper, upper, 4);
      code.op(Op.VPOR, lower, lower, upper);
      code.op(Op.VPSUBD, lower, lower, Literal.lanes(32));
      emitter.factor(emitter.scale(group), lower, scale);
    }
  }

  @Override
  public List<List<Integer>> parts() {
    return IntStream.range(0, shape().groups()).mapToObj(group -> List.of(2 * group, 2 * group + 1)).toList();
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(BYTES, i, NIBBLES + Shape.SLICE * part);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    emitter.nibbles(target, BYTES, k == 1);
    levels.look(emitter, target);
  }
}
