package io.gatun.jit;

import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import io.gatun.jit.Shape.Minimums;
import io.gatun.tensors.Encodings;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Q4_K: each 64 values are 32 bytes of nibbles, the first 32 low. {@link BlockQ5_K} adds a bit. */
class BlockQ4_K implements BlockCode {
  private static final Vec BYTES = ymm(1);
  private static final Literal HALF = Literal.lanes(0xFFFF);
  private static final Literal SIX_BITS = Literal.bytes(0x3F);
  private static final Literal TWO_BITS = Literal.bytes(0x30);

  private final Shape shape;
  private final int nibbles;

  BlockQ4_K() {
    this(Shape.of(Encodings.Q4_K, 15).with(Minimums.SUBTRACTED), 16);
  }

  /** @param nibbles where they are in a block */
  BlockQ4_K(Shape shape, int nibbles) {
    this.shape = shape;
    this.nibbles = nibbles;
  }

  @Override
  public final Shape shape() {
    return shape;
  }

  @Override
  public int registers() {
    return 1;
  }

  @Override
  public List<Literal> constants() {
    return List.of(Emitter.NIBBLES, Emitter.ONES);
  }

  /** The first sixteen bytes of a block are two halves, then six-bit scales and minimums as the encoding's description has them. */
  @Override
  public final void factors(Emitter emitter) {
    Assembler code = emitter.code;
    List<Vec> head = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    emitter.heads(head, 0, List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
    Vec halves = head.get(0);
    Vec scales = head.get(1);
    Vec minimums = head.get(2);
    Vec rest = head.get(3);
    Vec scale = ymm(7);
    Vec minimum = ymm(8);
    Vec upper = ymm(9);
    code.op(VPAND, scale, halves, HALF);
    emitter.lanesToFloats(scale);
    code.shift(Shift.VPSRLD, minimum, halves, 16);
    emitter.lanesToFloats(minimum);
    upper(emitter, upper, scales, rest, 0);
    four(emitter, upper, scale, group -> emitter.scale(4 + group));
    upper(emitter, upper, minimums, rest, 4);
    four(emitter, upper, minimum, group -> emitter.minimum(4 + group));
    code.op(VPAND, scales, scales, SIX_BITS);
    four(emitter, scales, scale, emitter::scale);
    code.op(VPAND, minimums, minimums, SIX_BITS);
    four(emitter, minimums, minimum, emitter::minimum);
  }

  /** Numbers 4 to 7: four bits of {@code rest} from {@code shift} on, and above them the two upper bits of numbers 0 to 3. */
  private static void upper(Emitter emitter, Vec target, Vec lower, Vec rest, int shift) {
    Vec free = ymm(10);
    emitter.bits(target, rest, shift, Emitter.NIBBLES);
    emitter.bits(free, lower, 2, TWO_BITS);
    emitter.code.op(VPOR, target, target, free);
  }

  /** The four bytes of each lane, times a factor. */
  private static void four(Emitter emitter, Vec bytes, Vec factor, IntFunction<Mem> target) {
    Vec one = ymm(11);
    for (int i = 0; i < 4; i++) {
      emitter.unsignedByte(one, bytes, i);
      emitter.factor(target.apply(i), one, factor);
    }
  }

  @Override
  public final List<List<Integer>> parts() {
    return IntStream.range(0, 8).map(part -> part / 2 * 4 + part % 2).mapToObj(slice -> List.of(slice, slice + 2)).toList();
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(BYTES, i, nibbles + Shape.SLICE * part);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    emitter.nibbles(target, BYTES, k == 1);
  }
}
