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
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How tiles of an {@link io.gatun.tensors.Exl3Encoding} become floats, eight positions at a time: their windows of 16 bits are
 * cut out of the tile's words, and what the codebook makes of them is computed. Immutable.
 *
 * <p>A sum s becomes a float16 by {@code s · 8193 − s · 8192}: the first product is rounded where the eleventh bit of s is the
 * last one, ties to even as s · 8192 is even there, and the difference is exact.
 *
 * <pre>  registers   0 and 1 used while loading   7 to 15 kept by {@link #prepare} </pre>
 *
 * @param bits of a weight, 1 to 8
 */
record TrellisCode(int bits, Codebook codebook) {
  /** Positions that are decoded together, and how many times in a tile. */
  static final int LANES = 8;

  static final int GROUPS = 32;

  /** What eight positions have become. */
  static final Vec FLOATS = ymm(0);

  private static final Vec WORDS = ymm(1);
  private static final int FIRST_CONSTANT = 7;

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

  private static final Literal BYTES = Literal.bytes(1);
  private static final Literal SCALE = floats(Codebook.SUM_SCALE);
  private static final Literal SHIFT = floats(Codebook.SUM_SHIFT);

  private static final float ROUNDED_AWAY = 0x1p13f;

  private static int lowered(int pair) {
    return (pair >> LOWER) & -(1 << (Short.SIZE - LOWER));
  }

  private static Literal floats(float number) {
    return Literal.lanes(Float.floatToRawIntBits(number));
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
    var mixed =
        codebook.addend() == 0 ? Stream.of(multiplier()) : Stream.of(multiplier(), addend());
    var numbers = addsBytes() ? Stream.of(BYTES, Emitter.ONES, SCALE, SHIFT) : Stream.of(KEPT, TURNED);
    return Stream.of(windows, mixed, numbers, Stream.of(above(), less())).flatMap(all -> all).toList();
  }

  private Literal multiplier() {
    return Literal.lanes(codebook.multiplier());
  }

  private Literal addend() {
    return Literal.lanes(codebook.addend());
  }

  private float factor() {
    return addsBytes() ? 1 : TOO_SMALL;
  }

  /** What a sum is multiplied by to be rounded, and to be taken away again. */
  private Literal above() {
    return floats(factor() * (ROUNDED_AWAY + 1));
  }

  private Literal less() {
    return floats(factor() * ROUNDED_AWAY);
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

  // ---- windows

  /**
   * Decodes eight positions of a tile to {@link #FLOATS}.
   *
   * @param group which eight, below {@link #GROUPS}
   */
  void load(Assembler code, Gp tile, int group) {
    window(code, tile, group);
    code.op(Op.VPMULLD, WORDS, WORDS, constant(multiplier()));
    if (codebook.addend() != 0) {
      code.op(Op.VPADDD, WORDS, WORDS, constant(addend()));
    }
    if (addsBytes()) {
      addBytes(code);
    } else {
      addHalves(code);
    }
    code.op(Op.VMULPS, FLOATS, WORDS, constant(above()));
    code.op(Op.VFNMADD231PS, FLOATS, WORDS, constant(less()));
  }

  /** The states of eight positions. */
  private void window(Assembler code, Gp tile, int group) {
    int first = Math.floorDiv(firstBit(group * LANES), Byte.SIZE);
    int start = Math.clamp(first / Integer.BYTES * Integer.BYTES, 0, tileBytes() - LOADED);
    code.op(Op.VBROADCASTI128, WORDS, Mem.at(tile, start));
    if (first < 0) {
      code.op(Op.VPBROADCASTD, FLOATS, Mem.at(tile, tileBytes() - Integer.BYTES));
      code.op(Op.VPBLENDD, WORDS, WORDS, FLOATS, LAST_WORDS);
    }
    code.op(Op.VPSHUFB, WORDS, WORDS, bytes(group, start));
    if (bits < Byte.SIZE) {
      code.op(Op.VPSRLVD, WORDS, WORDS, constant(shifts()));
      code.op(Op.VPAND, WORDS, WORDS, constant(STATES));
    }
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
  private Literal bytes(int group, int start) {
    var bytes = ByteBuffer.allocate(LANES * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int position = group * LANES; position < (group + 1) * LANES; position++) {
      int first = Math.floorDiv(firstBit(position), Byte.SIZE);
      int count = shift(position) == 0 ? 2 : 3;
      for (int i = 0; i < Integer.BYTES; i++) {
        bytes.put((byte) (i < count ? loaded(first + count - 1 - i, start) : NOTHING));
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
    code.shift(Shift.VPSLLD, FLOATS, WORDS, Short.SIZE);
    for (Vec half : List.of(WORDS, FLOATS)) {
      code.shift(Shift.VPSRAD, half, half, LOWER);
      code.op(Op.VPAND, half, half, constant(KEPT));
      code.op(Op.VPXOR, half, half, constant(TURNED));
    }
    code.op(Op.VADDPS, WORDS, WORDS, FLOATS);
  }

  /** Sums of four bytes, scaled and shifted. */
  private void addBytes(Assembler code) {
    code.op(Op.VPMADDUBSW, WORDS, WORDS, constant(BYTES));
    code.op(Op.VPMADDWD, WORDS, WORDS, constant(Emitter.ONES));
    code.op(Op.VCVTDQ2PS, WORDS, WORDS);
    code.op(Op.VFMADD213PS, WORDS, constant(SCALE), constant(SHIFT));
  }

  @Override
  public String toString() {
    return "exl3-%d-%s".formatted(bits, codebook).toLowerCase(Locale.ROOT);
  }
}
