package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Exl3Encoding.Codebook;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How tiles of an {@link io.gatun.tensors.Exl3Encoding} become floats, eight positions to a vector: their windows of 16
 * bits are cut out of the tile's words, and what the codebook makes of them is computed. Immutable.
 *
 * <p>A sum s becomes a float16 by {@code s · 8193 − s · 8192}: the first product is rounded where the eleventh bit of s
 * is the last one, ties to even as s · 8192 is even there, and the difference is exact.
 *
 * <pre>  registers   0 to 3 used while loading   4 free   5 to 15 kept by {@link #prepare} </pre>
 *
 * @param bits of a weight, 1 to 8
 */
record TrellisCode(int bits, Codebook codebook) {
  /** Positions that are decoded together, and how many times in a tile. */
  static final int LANES = 8;

  static final int GROUPS = 32;

  /** Groups that are decoded together, step by step, so that instructions seldom wait for the one before. */
  static final int TOGETHER = 2;

  private static final int FIRST_CONSTANT = 2 * TOGETHER + 1;

  /** Bytes that are loaded of a tile. */
  private static final int LOADED = 16;

  /** The last word of a tile, instead of the last one that was loaded, stands for the one before the tile. */
  private static final int LAST_WORDS = 0x88;

  private static final int NOTHING = 0x80;

  private static final Literal STATES = Literal.lanes(0xFFFF);

  /** From the upper 16 bits to where a float has such a magnitude, which is then too small by 2¹¹². */
  private static final int LOWER = 3;

  private static final float TOO_SMALL = 0x1p112f;
  private static final Literal KEPT = Literal.lanes(lowered(Codebook.KEPT) & ~(7 << 28));
  private static final Literal TURNED = Literal.lanes(lowered(Codebook.TURNED));
  private static final Literal ABOVE = number(TOO_SMALL * (0x1p13f + 1));
  private static final Literal LESS = number(TOO_SMALL * 0x1p13f);

  private static final Literal BYTES = Literal.bytes(1);

  /** Integers below 1024 where the float 1024 has its mantissa. */
  private static final Literal MANTISSAS = Literal.lanes(0x20002000);

  private static final Literal THOUSAND = number(1024f);

  /** The two products of a sum that scales and shifts it as well: each is one rounding of what is exact. */
  private static final Literal SCALE_ABOVE = number(Codebook.SUM_SCALE * (0x1p13f + 1));
  private static final Literal SHIFT_ABOVE = number(Codebook.SUM_SHIFT * (0x1p13f + 1));
  private static final Literal SCALE_LESS = number(Codebook.SUM_SCALE * 0x1p13f);
  private static final Literal SHIFT_LESS = number(Codebook.SUM_SHIFT * 0x1p13f);

  private static int lowered(int pair) {
    return (pair >> LOWER) & -(1 << (Short.SIZE - LOWER));
  }

  private static Literal number(float value) {
    return Literal.lanes(Float.floatToRawIntBits(value));
  }

  /** Bytes of a tile. */
  int tileBytes() {
    return GROUPS * bits;
  }

  private boolean addsBytes() {
    return codebook == Codebook.MUL1;
  }

  // ---- constants

  private List<Literal> constants() {
    var windows = bits == Byte.SIZE ? Stream.<Literal>of() : Stream.of(shifts(), STATES);
    var mixed = codebook.addend() == 0 ? Stream.of(multiplier()) : Stream.of(multiplier(), addend());
    var numbers =
        addsBytes()
            ? Stream.of(BYTES, MANTISSAS, THOUSAND, SCALE_ABOVE, SHIFT_ABOVE, SCALE_LESS, SHIFT_LESS)
            : Stream.of(KEPT, TURNED, ABOVE, LESS);
    return Stream.of(numbers, mixed, windows).flatMap(all -> all).toList();
  }

  private Literal multiplier() {
    return Literal.lanes(codebook.multiplier());
  }

  private Literal addend() {
    return Literal.lanes(codebook.addend());
  }

  /** Fills the registers that {@link #load} relies on; these stay as they are. */
  void prepare(Assembler code) {
    List<Literal> constants = constants();
    for (int i = 0; i < constants.size(); i++) {
      code.op(Op.VMOVDQU, ymm(FIRST_CONSTANT + i), constants.get(i));
    }
  }

  private Vec constant(Literal literal) {
    return ymm(FIRST_CONSTANT + constants().indexOf(literal));
  }

  // ---- steps

  /** What becomes of {@link #TOGETHER} groups: eight floats of each. */
  static Vec floats(int i) {
    return ymm(i);
  }

  private static Vec words(int i) {
    return ymm(TOGETHER + i);
  }

  private static void each(IntConsumer step) {
    IntStream.range(0, TOGETHER).forEach(step);
  }

  /** The same instruction for all groups. */
  private static void words(Assembler code, Op op, Operand last) {
    each(i -> code.op(op, words(i), words(i), last));
  }

  private static void floats(Assembler code, Op op, Operand last) {
    each(i -> code.op(op, floats(i), floats(i), last));
  }

  /**
   * Decodes {@link #TOGETHER} groups of eight positions of a tile to {@link #floats}.
   *
   * @param group the first one, below {@link #GROUPS}
   */
  void load(Assembler code, Gp tile, int group) {
    windows(code, tile, group);
    words(code, Op.VPMULLD, constant(multiplier()));
    if (codebook.addend() != 0) {
      words(code, Op.VPADDD, constant(addend()));
    }
    if (addsBytes()) {
      addBytes(code);
    } else {
      addHalves(code);
    }
  }

  // ---- windows

  /** The states of the positions. */
  private void windows(Assembler code, Gp tile, int group) {
    each(i -> code.op(Op.VBROADCASTI128, words(i), Mem.at(tile, start(group + i))));
    each(
        i -> {
          if (firstByte((group + i) * LANES) < 0) {
            code.op(Op.VPBROADCASTD, floats(i), Mem.at(tile, tileBytes() - Integer.BYTES));
            code.op(Op.VPBLENDD, words(i), words(i), floats(i), LAST_WORDS);
          }
        });
    each(i -> code.op(Op.VPSHUFB, words(i), words(i), bytes(group + i)));
    if (bits < Byte.SIZE) {
      words(code, Op.VPSRLVD, constant(shifts()));
      words(code, Op.VPAND, constant(STATES));
    }
  }

  /** From where in a tile the bytes of a group are loaded. */
  private int start(int group) {
    int word = firstByte(group * LANES) / Integer.BYTES * Integer.BYTES;
    return Math.clamp(word, 0, tileBytes() - LOADED);
  }

  /** Where the window of a position begins, at least −2. */
  private int firstByte(int position) {
    return Math.floorDiv(firstBit(position), Byte.SIZE);
  }

  /** Where the window of a position begins among the bits of its tile, at least −15. */
  private int firstBit(int position) {
    return (position + 1) * bits - Short.SIZE;
  }

  /** By how much the bytes that hold a window are to be shifted: the same for each eight positions. */
  private Literal shifts() {
    return new Literal(IntStream.range(0, LANES).map(this::shift).boxed().toList());
  }

  private int shift(int position) {
    return -firstBit(position) & 7;
  }

  /** Which bytes hold the windows, the first one highest: two, or three if a window begins within a byte. */
  private Literal bytes(int group) {
    var bytes = ByteBuffer.allocate(LANES * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int position = group * LANES; position < (group + 1) * LANES; position++) {
      int first = firstByte(position);
      int count = shift(position) == 0 ? 2 : 3;
      for (int i = 0; i < Integer.BYTES; i++) {
        bytes.put((byte) (i < count ? loaded(first + count - 1 - i, start(group)) : NOTHING));
      }
    }
    return Literal.table(bytes.array());
  }

  /** Where among the bytes that were loaded one of the tile's is; those of words run from the highest to the lowest. */
  private static int loaded(int index, int start) {
    int place = index ^ (Integer.BYTES - 1);
    return index < 0 ? place + LOADED : place - start;
  }

  // ---- numbers

  /** Sums of two float16 in 32 bits, too small by {@link #TOO_SMALL}. */
  private void addHalves(Assembler code) {
    each(i -> code.shift(Shift.VPSLLD, floats(i), words(i), Short.SIZE));
    each(i -> code.shift(Shift.VPSRAD, words(i), words(i), LOWER));
    each(i -> code.shift(Shift.VPSRAD, floats(i), floats(i), LOWER));
    words(code, Op.VPAND, constant(KEPT));
    floats(code, Op.VPAND, constant(KEPT));
    words(code, Op.VPXOR, constant(TURNED));
    floats(code, Op.VPXOR, constant(TURNED));
    each(i -> code.op(Op.VADDPS, words(i), words(i), floats(i)));
    each(i -> code.op(Op.VMULPS, floats(i), words(i), constant(ABOVE)));
    each(i -> code.op(Op.VFNMADD231PS, floats(i), words(i), constant(LESS)));
  }

  /** Sums of four bytes and 1024, scaled and shifted. */
  private void addBytes(Assembler code) {
    words(code, Op.VPMADDUBSW, constant(BYTES));
    words(code, Op.VPMADDWD, constant(MANTISSAS));
    words(code, Op.VPOR, constant(THOUSAND));
    each(i -> code.op(Op.VMOVUPS, floats(i), constant(SHIFT_ABOVE)));
    each(i -> code.op(Op.VFMADD231PS, floats(i), words(i), constant(SCALE_ABOVE)));
    each(i -> code.op(Op.VFMADD213PS, words(i), constant(SCALE_LESS), constant(SHIFT_LESS)));
    each(i -> code.op(Op.VSUBPS, floats(i), floats(i), words(i)));
  }

  @Override
  public String toString() {
    return "exl3-%d-%s".formatted(bits, codebook).toLowerCase(Locale.ROOT);
  }
}
