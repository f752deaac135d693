package io.gatun.jit;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Writes how a block of each of eight weight rows is taken apart, where an encoding has it. The columns of a block come
 * in slices of 16; slices that share bytes are a part, which is loaded once. Stateless.
 *
 * <pre>
 *   factors                                       scales, and minimums where there are any, to the function's room
 *   for each part, for rows i and i + 4:  load    registers 1 to {@link #registers}
 *     for each slice of the part:         codes   of the 16 columns: row i's below row (i + 4)'s
 * </pre>
 */
interface BlockCode {

  /** How blocks look from outside. */
  Shape shape();

  /** How they look to strips, if that is another way: whether codes are signed, and their magnitudes. */
  default Shape stripShape() {
    return shape();
  }

  /** Vector registers that {@link #prepare}, {@link #load} and {@link #codes} have to themselves: from 1 to this. */
  int registers();

  /** Loads what stays in registers of vectors, or in RBX, while a function reads blocks. */
  default void prepare(Emitter emitter) {}

  /** Constants that {@link #codes} uses often; they are kept in registers if there are any left. */
  default List<Literal> constants() {
    return List.of();
  }

  /**
   * Writes the factors of the groups to the function's room, by {@link Emitter#scale} and {@link Emitter#minimum}. May
   * change registers 3 to 12.
   */
  void factors(Emitter emitter);

  /** For each part of a block, its slices, counted from the first 16 columns; ascending within a part. */
  List<List<Integer>> parts();

  /** Loads what the codes of a part are made of, of the rows {@code i} and {@code i + 4}. May change R11 and R12. */
  void load(Emitter emitter, int i, int part);

  /**
   * Makes the codes of the {@code k}th slice of the part that is loaded; the slices are asked for in order.
   *
   * @param target none of the encoding's registers
   * @param free for anything
   */
  void codes(Emitter emitter, int part, int k, Vec target, Vec free);

  /** Makes the same of signed codes for a strip: numbers of their signs, none of them 0, and magnitudes. */
  default void magnitudes(Emitter emitter, int part, int k, Vec signs, Vec target) {
    codes(emitter, part, k, signs, target);
    emitter.code.op(Op.VPABSB, target, signs);
  }

  /** Adds the products of a block and an activation row to {@link StripEmitter#SUM}. */
  default void multiply(StripEmitter emitter) {
    emitter.multiply();
  }
}
