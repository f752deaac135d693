package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Grids of magnitudes, and a sign for each value. For panels a center is added to the values, so that codes are unsigned;
 * strips multiply magnitudes with activations that have the signs. Stateless.
 */
abstract class SignedGridBlock extends GridBlock {
  private static final Vec SIGNS = ymm(3);
  private static final int SLICES_OF_SIGNS = 8;
  private static final Literal LARGEST_POSITIVE = Literal.bytes(Byte.MAX_VALUE);

  /** The parity of a nibble, in the uppermost bit. */
  private static final Literal PARITY = Literal.halves(BitMasks.sixteen(nibble -> Integer.bitCount(nibble) << 7));

  private final Shape stripShape;

  /** @param shape with a center, which is the largest magnitude */
  SignedGridBlock(Shape shape, GridPoints points) {
    super(shape, points);
    this.stripShape = shape.withLargest(shape.center()).signed();
  }

  /** Makes the bits of 128 signs of rows {@code i} and {@code i + 4}, 16 bytes each; may change registers 4 to 12. */
  abstract void signs(Emitter emitter, Vec target, int i, int half);

  /** Makes the words of numbers; may change registers 3 to 12. */
  void numbers(Emitter emitter) {}

  @Override
  final void prepareBlock(Emitter emitter) {
    numbers(emitter);
    for (int i = 0; i < Emitter.ROWS / 2; i++) {
      for (int half = 0; half < 2; half++) {
        signs(emitter, SIGNS, i, half);
        emitter.code.store(emitter.room(room(i, half)), SIGNS);
      }
    }
  }

  private static int room(int i, int half) {
    return behindWords() + 2 * i + half;
  }

  @Override
  public final Shape stripShape() {
    return stripShape;
  }

  @Override
  public final int registers() {
    return 3;
  }

  @Override
  public final List<Literal> constants() {
    return List.of(Emitter.ONES, BitMasks.EIGHT, LARGEST_POSITIVE);
  }

  @Override
  public final void load(Emitter emitter, int i, int part) {
    super.load(emitter, i, part);
    emitter.code.op(Op.VMOVDQU, SIGNS, emitter.room(room(i, part / SLICES_OF_SIGNS)));
  }

  @Override
  public final void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    magnitudes(emitter, part, k, free, target);
    emitter.code.op(Op.VPSIGNB, target, target, free);
    emitter.code.op(Op.VPADDB, target, target, Literal.bytes(shape().center()));
  }

  /** What 127 is added to is negative where the bit of the sign is set, and 127 elsewhere. */
  @Override
  public final void magnitudes(Emitter emitter, int part, int k, Vec signs, Vec target) {
    super.codes(emitter, part, k, target, signs);
    int first = Short.BYTES * (part % SLICES_OF_SIGNS);
    emitter.code.op(Op.VPSHUFB, signs, SIGNS, Literal.halves(BitMasks.sixteen(j -> first + j / 8)));
    emitter.code.op(Op.VPAND, signs, signs, emitter.constant(BitMasks.EIGHT));
    emitter.code.op(Op.VPADDB, signs, signs, emitter.constant(LARGEST_POSITIVE));
  }

  // ---- seven signs, after which an even number is set

  /** Four times seven bits of each 32-bit lane to bytes. */
  static void sevens(Emitter emitter, Vec lanes) {
    Vec rest = ymm(4);
    Vec free = ymm(5);
    Assembler code = emitter.code;
    code.op(Op.VMOVDQU, rest, lanes);
    code.op(Op.VPAND, lanes, lanes, Literal.lanes(0x7F));
    for (int i = 1; i < 4; i++) {
      code.shift(Shift.VPSLLD, free, rest, i);
      code.op(Op.VPAND, free, free, Literal.lanes(0x7F << (8 * i)));
      code.op(Op.VPOR, lanes, lanes, free);
    }
  }

  /** The eighth sign of each byte of seven. */
  static void eighths(Emitter emitter, Vec bytes) {
    Vec low = ymm(4);
    Vec high = ymm(5);
    Vec parity = ymm(6);
    Assembler code = emitter.code;
    code.op(Op.VMOVDQU, parity, PARITY);
    emitter.nibbles(low, bytes, false);
    emitter.nibbles(high, bytes, true);
    code.op(Op.VPSHUFB, low, parity, low);
    code.op(Op.VPSHUFB, high, parity, high);
    code.op(Op.VPXOR, low, low, high);
    code.op(Op.VPOR, bytes, bytes, low);
  }
}
