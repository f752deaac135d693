package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.FlatBlockEncoding;
import io.gatun.tensors.FloatCodes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * How codes of a matrix in planes become floats, {@link #columns} of a row at a time, over {@link #factor}. Immutable.
 *
 * <pre>  registers   0 to 3 sums   4 to 7 floats   8 to 11 kept by {@link #prepare}   12 to 15 free while loading </pre>
 */
sealed interface FloatCode {
  /** Columns of a step, which loads divide. */
  int STEP = 32;

  /** What has been read of codes that are no numbers: a byte of it is 255 if there was one. */
  Vec FLAGS = ymm(10);

  /** Bytes of the codes of a step. */
  int bytes();

  /** Columns of a load: eight to a vector. */
  int columns();

  /** What scales are multiplied by, as floats are too small by it; a power of two. */
  default float factor() {
    return 1;
  }

  /** Whether {@link #FLAGS} is kept. */
  default boolean tellsNaN() {
    return false;
  }

  /** Whether lanes hold the even columns of their eight first, then the odd ones. */
  default boolean splitsPairs() {
    return false;
  }

  /** Fills the registers that {@link #load} relies on; these stay as they are. */
  void prepare(Assembler code);

  /** Looks for codes that are no numbers in a step, where the format has any. */
  default void check(Assembler code, Mem step, Vec free) {}

  /** @param targets a vector for each eight columns */
  void load(Assembler code, Mem codes, List<Vec> targets);

  static FloatCode of(FloatCodes.Type type) {
    return switch (type) {
      case NF4 -> Nibbles.of(FlatBlockEncoding.Table.NF4);
      case FP4 -> Nibbles.of(FlatBlockEncoding.Table.FP4);
      case E4M3 -> new E4M3();
      case E5M2 -> new E5M2();
    };
  }

  /**
   * A table of 16 floats, high nibbles first. Each byte of the floats is looked up by itself, and bytes are then put together.
   *
   * @param planes byte i of the 16 floats
   */
  record Nibbles(List<Literal> planes) implements FloatCode {
    /** High nibbles in the lower half, low ones in the upper. */
    private static final Literal SHIFTS = new Literal(List.of(4, 4, 4, 4, 0, 0, 0, 0));

    private static final List<Vec> TABLES = List.of(ymm(8), ymm(9), ymm(10), ymm(11));
    private static final List<Vec> WORDS = List.of(ymm(12), ymm(13), ymm(14), ymm(15));

    static Nibbles of(FlatBlockEncoding.Table table) {
      var bytes = ByteBuffer.allocate(16 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int code = 0; code < 16; code++) {
        bytes.putFloat(table.number(code));
      }
      return new Nibbles(List.of(plane(bytes, 0), plane(bytes, 1), plane(bytes, 2), plane(bytes, 3)));
    }

    private static Literal plane(ByteBuffer floats, int byteOfFloat) {
      return Literal.halves(BitMasks.sixteen(code -> floats.get(code * Float.BYTES + byteOfFloat)));
    }

    @Override
    public int bytes() {
      return STEP / 2;
    }

    @Override
    public int columns() {
      return STEP;
    }

    @Override
    public boolean splitsPairs() {
      return true;
    }

    @Override
    public void prepare(Assembler code) {
      for (int i = 0; i < TABLES.size(); i++) {
        code.op(Op.VMOVDQU, TABLES.get(i), planes.get(i));
      }
    }

    @Override
    public void load(Assembler code, Mem codes, List<Vec> targets) {
      Vec indices = targets.getLast();
      code.op(Op.VBROADCASTI128, indices, codes);
      code.op(Op.VPSRLVD, indices, indices, SHIFTS);
      code.op(Op.VPAND, indices, indices, Emitter.NIBBLES);
      for (int i = 0; i < TABLES.size(); i++) {
        code.op(Op.VPSHUFB, targets.get(i), TABLES.get(i), indices);
      }
      for (int i = 0; i < 2; i++) {
        code.op(Op.VPUNPCKLBW, WORDS.get(i), targets.get(2 * i), targets.get(2 * i + 1));
        code.op(Op.VPUNPCKHBW, WORDS.get(2 + i), targets.get(2 * i), targets.get(2 * i + 1));
      }
      for (int i = 0; i < 2; i++) {
        code.op(Op.VPUNPCKLWD, targets.get(2 * i), WORDS.get(2 * i), WORDS.get(2 * i + 1));
        code.op(Op.VPUNPCKHWD, targets.get(2 * i + 1), WORDS.get(2 * i), WORDS.get(2 * i + 1));
      }
    }
  }

  /**
   * FP8 with four bits of exponent, whose bits are put where a float has them: that is the number over 2¹²⁰, subnormal ones
   * too. NaN becomes a number, and is told by {@link #FLAGS}.
   */
  record E4M3() implements FloatCode {
    private static final Literal BITS = Literal.lanes(0x87F00000);
    private static final Vec MASK = ymm(8);
    private static final Vec SIGN = ymm(9);

    @Override
    public int bytes() {
      return STEP;
    }

    @Override
    public int columns() {
      return 8;
    }

    @Override
    public float factor() {
      return 0x1p120f;
    }

    @Override
    public boolean tellsNaN() {
      return true;
    }

    @Override
    public void prepare(Assembler code) {
      code.op(Op.VMOVDQU, MASK, BITS);
      code.op(Op.VMOVDQU, SIGN, Emitter.SIGNS);
      code.op(Op.VPXOR, FLAGS, FLAGS, FLAGS);
    }

    @Override
    public void check(Assembler code, Mem step, Vec free) {
      code.op(Op.VPOR, free, SIGN, step);
      code.op(Op.VPMAXUB, FLAGS, FLAGS, free);
    }

    @Override
    public void load(Assembler code, Mem codes, List<Vec> targets) {
      Vec target = targets.getFirst();
      code.op(Op.VPMOVSXBD, target, codes);
      code.shift(Shift.VPSLLD, target, target, 20);
      code.op(Op.VPAND, target, target, MASK);
    }
  }

  /** FP8 with five bits of exponent: the upper bytes of float16, infinite ones and NaN too. */
  record E5M2() implements FloatCode {
    @Override
    public int bytes() {
      return STEP;
    }

    @Override
    public int columns() {
      return 8;
    }

    @Override
    public void prepare(Assembler code) {}

    @Override
    public void load(Assembler code, Mem codes, List<Vec> targets) {
      Vec target = targets.getFirst();
      code.op(Op.VPMOVZXBW, target.half(), codes);
      code.shift(Shift.VPSLLW, target.half(), target.half(), 8);
      code.op(Op.VCVTPH2PS, target, target.half());
    }
  }
}
