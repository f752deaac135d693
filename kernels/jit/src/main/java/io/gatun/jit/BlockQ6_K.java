package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;
import java.util.List;
import java.util.stream.IntStream;

/** Q6_K: of each 128 values the low nibbles of 64 bytes, then the high ones; the upper two bits are four runs in 32 bytes. */
final class BlockQ6_K implements BlockCode {
  private static final int HIGH = 128;
  private static final int SCALES = 192;
  private static final int SCALE = 208;
  private static final Vec LOWER = ymm(1);
  private static final Vec UPPER = ymm(2);
  private static final Literal UPPER_BITS = Literal.bytes(0x30);

  @Override
  public Shape shape() {
    return Shape.of(Encodings.Q6_K, 63).centered(32);
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public List<Literal> constants() {
    return List.of(Emitter.ONES, Emitter.NIBBLES, UPPER_BITS);
  }

  @Override
  public void factors(Emitter emitter) {
    Vec scale = ymm(12);
    emitter.halves(scale, SCALE);
    List<Vec> bytes = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    emitter.heads(bytes, SCALES, List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
    Vec one = ymm(11);
    for (int group = 0; group < shape().groups(); group++) {
      emitter.signedByte(one, bytes.get(group / 4), group % 4);
      emitter.factor(emitter.scale(group), one, scale);
    }
  }

  /** Of a half, of a run of its first two, of a half of the run. */
  @Override
  public List<List<Integer>> parts() {
    return IntStream.range(0, 8)
        .map(part -> part / 4 * 8 + part % 4)
        .mapToObj(slice -> List.of(slice, slice + 4))
        .toList();
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(LOWER, i, Shape.SLICE * part);
    emitter.pair(UPPER, i, HIGH + Shape.SLICE * (part / 4 * 2 + part % 2));
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    int run = part / 2 % 2 + 2 * k;
    emitter.nibbles(target, LOWER, k == 1);
    emitter.bits(free, UPPER, 2 * run - 4, UPPER_BITS);
    emitter.code.op(Op.VPOR, target, target, free);
  }
}
