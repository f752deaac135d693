package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;
import java.util.List;
import java.util.stream.IntStream;

/**
 * TQ1_0: bytes are fractions in base 3, of which digit n is ⌊3·(b·3ⁿ mod 256)/256⌋. The last 16 values are four digits of four
 * bytes.
 */
final class BlockTQ1_0 implements BlockCode {
  private static final int FOURS = 48;
  private static final int SCALE = 52;
  private static final Vec FRACTIONS = ymm(1);

  /** The least bytes whose digit is 1, and 2. */
  private static final Literal ONE = Literal.bytes(86);

  private static final Literal TWO = Literal.bytes(171);

  @Override
  public Shape shape() {
    return Shape.of(Encodings.TQ1_0, 2).centered(1);
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public List<Literal> constants() {
    return List.of(ONE, TWO);
  }

  @Override
  public void factors(Emitter emitter) {
    emitter.halves(ymm(3), SCALE);
    emitter.sameScale(ymm(3), shape().groups());
  }

  @Override
  public List<List<Integer>> parts() {
    return IntStream.range(0, 16).mapToObj(List::of).toList();
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    if (part == 15) {
      fours(emitter, i);
    } else {
      emitter.pair(FRACTIONS, i, part < 10 ? Shape.SLICE * (part % 2) : 2 * Shape.SLICE);
      for (int digit = part < 10 ? part / 2 : part - 10; digit > 0; digit--) {
        triple(emitter);
      }
    }
  }

  /** Four bytes, times the first four powers of 3. The sixteen bytes that are read end where the block does. */
  private void fours(Emitter emitter, int i) {
    int start = shape().bytes() - Shape.SLICE;
    Assembler code = emitter.code;
    Vec odd = ymm(2);
    emitter.pair(FRACTIONS, i, start);
    code.op(Op.VPSHUFB, FRACTIONS, FRACTIONS, Literal.halves(BitMasks.sixteen(j -> FOURS - start + j % 4)));
    Literal powers = Literal.halves(BitMasks.sixteen(j -> j % 2 == 0 ? Math.powExact(3, j / 4) : 0));
    code.shift(Shift.VPSRLW, odd, FRACTIONS, Byte.SIZE);
    code.op(Op.VPMULLW, odd, odd, powers);
    code.shift(Shift.VPSLLW, odd, odd, Byte.SIZE);
    code.op(Op.VPMULLW, FRACTIONS, FRACTIONS, powers);
    code.op(Op.VPAND, FRACTIONS, FRACTIONS, Literal.lanes(0x00FF00FF));
    code.op(Op.VPOR, FRACTIONS, FRACTIONS, odd);
  }

  private static void triple(Emitter emitter) {
    Vec twice = ymm(2);
    emitter.code.op(Op.VPADDB, twice, FRACTIONS, FRACTIONS);
    emitter.code.op(Op.VPADDB, FRACTIONS, FRACTIONS, twice);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    atLeast(emitter, target, ONE);
    atLeast(emitter, free, TWO);
    emitter.code.op(Op.VPADDB, target, target, free);
    emitter.code.op(Op.VPABSB, target, target);
  }

  /** −1 where a fraction is as large or larger, else 0. */
  private static void atLeast(Emitter emitter, Vec target, Literal least) {
    emitter.code.op(Op.VPMAXUB, target, FRACTIONS, emitter.constant(least));
    emitter.code.op(Op.VPCMPEQB, target, target, FRACTIONS);
  }
}
