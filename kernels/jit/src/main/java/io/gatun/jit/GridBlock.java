package io.gatun.jit;

import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.BitMasks.Places;
import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Blocks of 256 values that are points of a grid, looked up by number in a table. Where a number is no byte of the block, the
 * numbers of a block are made as 16-bit words in the function's room, 16 at a time, before they are used. Stateless.
 */
abstract class GridBlock implements BlockCode {
  private static final Vec POINTS = ymm(1);
  private static final Vec OTHER_POINTS = ymm(2);
  private static final int WORDS = Emitter.VECTOR / Short.BYTES;
  private static final int VECTORS_OF_ROW = 4;

  private final Shape shape;
  private final GridPoints points;

  GridBlock(Shape shape, GridPoints points) {
    this.shape = shape;
    this.points = points;
  }

  /**
   * Bits of a block.
   *
   * @param head where sixteen bytes begin that have them
   * @param lane which 32 bits of these, 0 to 3
   * @param shift of the lowest bit among the 32
   * @param mask of the bits once they are shifted down
   */
  record Field(int head, int lane, int shift, int mask) {}

  /** Where the scale of a group is: s, for a factor of (2·s + 1) · {@link #unit}. */
  abstract Field scale(int group);

  /** What a scale of 1 is, a power of two, so that the product with the block's factor is exact. */
  abstract float unit();

  /** Makes the words of numbers, and what else the codes of a block are made of; may change registers 3 to 12. */
  abstract void prepareBlock(Emitter emitter);

  /** Loads the number of a point, counted from the block's first, to R11. */
  void number(Emitter emitter, int row, int n) {
    emitter.code.movzxWord(R11, word(emitter, row, n));
  }

  /** The factor of the block, at its start unless the encoding has it elsewhere. */
  void blockFactor(Emitter emitter, Vec target) {
    emitter.halves(target, 0);
  }

  @Override
  public final Shape shape() {
    return shape;
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public final void prepare(Emitter emitter) {
    emitter.code.lea(RBX, points.literal());
  }

  @Override
  public List<Literal> constants() {
    return List.of(Emitter.ONES);
  }

  @Override
  public final void factors(Emitter emitter) {
    Assembler code = emitter.code;
    Vec factor = ymm(11);
    Vec one = ymm(12);
    List<Vec> head = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    blockFactor(emitter, factor);
    code.op(Op.VMULPS, factor, factor, Literal.lanes(Float.floatToRawIntBits(unit())));
    int loaded = -1;
    for (int group = 0; group < shape.groups(); group++) {
      Field field = scale(group);
      if (field.head() != loaded) {
        emitter.heads(head, field.head(), List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
        loaded = field.head();
      }
      boolean isLowest = field.shift() == 0;
      code.shift(
          isLowest ? Shift.VPSLLD : Shift.VPSRLD, one, head.get(field.lane()), isLowest ? 1 : field.shift() - 1);
      code.op(Op.VPAND, one, one, Literal.lanes(2 * field.mask()));
      code.op(Op.VPOR, one, one, Literal.lanes(1));
      emitter.factor(emitter.scale(group), one, factor);
    }
    prepareBlock(emitter);
  }

  @Override
  public final List<List<Integer>> parts() {
    return IntStream.range(0, shape.columns() / Shape.SLICE).mapToObj(List::of).toList();
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.loading();
    slice(emitter, i, part, POINTS);
    slice(emitter, i + 4, part, OTHER_POINTS);
  }

  /** The values of 16 columns of a row. */
  private void slice(Emitter emitter, int row, int slice, Vec target) {
    int dimensions = points.dimensions();
    int count = Shape.SLICE / dimensions;
    for (int place = 0; place < count; place++) {
      number(emitter, row, slice * count + place);
      Mem point = Mem.at(RBX, R11, dimensions, GridPoints.MARGIN);
      if (dimensions == Long.BYTES) {
        eight(emitter.code, target.half(), point, place);
      } else {
        four(emitter.code, target.half(), point, place);
      }
    }
  }

  private static void eight(Assembler code, Vec target, Mem point, int place) {
    if (place == 0) {
      code.op(Op.VMOVSD, target, point);
    } else {
      code.op(Op.VMOVHPS, target, target, point);
    }
  }

  /** Blended in from a vector that is read so much earlier that the point is in its place: to insert it is two instructions. */
  private static void four(Assembler code, Vec target, Mem point, int place) {
    if (place == 0) {
      code.op(Op.VMOVD, target, point);
    } else {
      Mem vector = Mem.at(point.base(), R11, point.scale(), point.displacement() - Integer.BYTES * place);
      code.op(Op.VPBLENDD, target, target, vector, 1 << place);
    }
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    emitter.code.op(Op.VINSERTI128, target, POINTS, OTHER_POINTS.half(), 1);
  }

  // ---- words of numbers

  /** A word of the room, of 64 that each row has. */
  private static Mem word(Emitter emitter, int row, int n) {
    Mem vector = emitter.room(Emitter.BLOCK_ROOM + VECTORS_OF_ROW * row + n / WORDS);
    return Mem.at(vector.base(), vector.displacement() + n % WORDS * Short.BYTES);
  }

  /** Keeps the {@code i}th 16 words of a row. */
  static void keep(Emitter emitter, int row, int i, Vec words) {
    emitter.code.store(word(emitter, row, WORDS * i), words);
  }

  /** The vector of the room behind all words. */
  static int behindWords() {
    return Emitter.BLOCK_ROOM + VECTORS_OF_ROW * Emitter.ROWS;
  }

  /** Sixteen words. */
  static Literal words(Places places) {
    var bytes = new byte[Emitter.VECTOR];
    for (int j = 0; j < WORDS; j++) {
      int word = places.of(j);
      bytes[2 * j] = (byte) word;
      bytes[2 * j + 1] = (byte) (word >> Byte.SIZE);
    }
    return Literal.table(bytes);
  }

  /** Immediate of VPSHUFB for a word: a byte, and 0 above it. */
  static int byteAlone(int place) {
    return 0x8000 | place;
  }

  /**
   * What 16 numbers have above their lowest eight bits: word j is one that {@code select} takes from the bytes that are broadcast,
   * times a power of two, the {@code mask} of it. Uses register 3; the result is in register 4.
   */
  static Vec highBits(Emitter emitter, Op broadcast, Mem bytes, Literal select, Literal powers, int mask) {
    Vec words = ymm(3);
    Vec high = ymm(4);
    emitter.code.op(broadcast, words, bytes);
    emitter.code.op(Op.VPSHUFB, words, words, select);
    emitter.code.op(Op.VPMULLW, high, words, powers);
    emitter.code.op(Op.VPAND, high, high, words(_ -> mask));
    return high;
  }

  /** Keeps 16 numbers: their {@code high} bits, and 16 bytes from an offset of the block on. Uses register 5. */
  static void keepNumbers(Emitter emitter, int row, int i, Vec high, int low) {
    Vec words = ymm(5);
    emitter.code.op(Op.VPMOVZXBW, words, emitter.row(row, low + WORDS * i));
    emitter.code.op(Op.VPOR, words, words, high);
    keep(emitter, row, i, words);
  }
}
