package io.gatun.jit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an instruction of vectors can read last: a register or memory. Immutable. */
sealed interface Operand {

  /**
   * A vector register.
   *
   * @param number 0 to 15, with 512 bits to 31
   * @param bits 128, 256 or 512: which part of it is meant
   */
  record Vec(int number, int bits) implements Operand {

    /** All of a register of AVX2. */
    static Vec ymm(int number) {
      return new Vec(number, 256);
    }

    /** Bit 3 of its number, which stands in a prefix. */
    int high() {
      return number >> 3 & 1;
    }

    /** Bit 4 of its number, which stands in the prefix of AVX-512. */
    int highest() {
      return number >> 4;
    }

    /** The lower three bits of its number, which stand in the operand. */
    int low() {
      return number & 7;
    }

    /** Its lower half. */
    Vec half() {
      return new Vec(number, 128);
    }
  }

  /**
   * Memory at {@code base + index · scale + displacement}.
   *
   * @param index not {@link Gp#RSP}
   * @param scale 1, 2, 4 or 8
   */
  record Mem(Gp base, @Nullable Gp index, int scale, int displacement) implements Operand {

    static Mem at(Gp base, int displacement) {
      return new Mem(base, null, 1, displacement);
    }

    static Mem at(Gp base, Gp index, int scale, int displacement) {
      return new Mem(base, index, scale, displacement);
    }

    /** The upper bit of the index's number, which stands in a prefix. */
    int indexHigh() {
      return index == null ? 0 : index.high();
    }
  }

  /**
   * Numbers that are kept behind the code: one for {@link Op#VPBROADCASTD}, eight for any instruction, more for a
   * table.
   *
   * @param words of 32 bits
   */
  record Literal(List<Integer> words) implements Operand {

    public Literal {
      words = List.copyOf(words);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Literal(List<Integer> its) && words.equals(its);
    }

    /** Written out, like the other one: a record's own are put together from method handles at the first call, for 20 ms. */
    @Override
    public int hashCode() {
      return words.hashCode();
    }

    static Literal of(int word) {
      return new Literal(List.of(word));
    }

    /** That of two vectors, for that of one; anything else as it is. */
    Literal doubled() {
      return words.size() == 8 ? new Literal(Stream.of(words, words).flatMap(List::stream).toList()) : this;
    }

    /** A number in all 32-bit lanes of a vector. */
    static Literal lanes(int word) {
      return new Literal(Collections.nCopies(8, word));
    }

    /** A byte in all lanes of a vector. */
    static Literal bytes(int value) {
      return lanes((value & 0xFF) * 0x01010101);
    }

    /** The numbers from 0 on in 32-bit lanes. */
    static Literal numbers(int count) {
      return new Literal(IntStream.range(0, count).boxed().toList());
    }

    /** Sixteen bytes in each half of a vector. */
    static Literal halves(byte... sixteen) {
      List<Integer> half = words(sixteen);
      return new Literal(Stream.of(half, half).flatMap(List::stream).toList());
    }

    /** Bytes, as many as a multiple of four. */
    static Literal table(byte... bytes) {
      return new Literal(words(bytes));
    }

    private static List<Integer> words(byte... bytes) {
      IntBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
      return IntStream.range(0, words.limit()).mapToObj(words::get).toList();
    }
  }
}
