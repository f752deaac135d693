package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gatun.tensors.PackedCodes.Axis;
import io.gatun.tensors.PackedCodes.Order;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Words of real files, taken apart by hand. */
class PackedCodesTest {
  private static MemorySegment words(int... words) {
    var plane = MemorySegment.ofArray(new byte[4 * words.length]);
    for (int i = 0; i < words.length; i++) {
      plane.set(LittleEndian.INT, 4L * i, words[i]);
    }
    return plane;
  }

  private static int[] codes(PackedCodes layout, MemorySegment plane, int count) {
    var codes = new int[count];
    for (int i = 0; i < count; i++) {
      codes[i] = layout.code(plane, 0, i);
    }
    return codes;
  }

  private static PackedCodes row(int bits, Order order) {
    return new PackedCodes(bits, order, Axis.COLUMNS, 0, 1);
  }

  @Test
  void denseCodesStraddleWords() {
    assertArrayEquals(
        new int[] {
          7, 3, 6, 1, 4, 5, 0, 3, 4, 7, 3, 4, 2, 4, 7, 5, 1, 1, 1, 2, 1, 6, 3, 7, 3, 3, 3, 4, 4, 4, 2, 1
        },
        codes(row(3, Order.DENSE), words(0xfc62c39f, 0x1449be28, 0x2a48dbef), 32));
    assertArrayEquals(
        new int[] {13, 20, 14, 19, 17, 20, 15, 16, 20, 15, 15, 15},
        codes(row(5, Order.DENSE), words(0xe919ba8d, 0xe7bdf483), 12));
    assertArrayEquals(new int[] {59, 187, 114, 52}, codes(row(8, Order.DENSE), words(0x3472bb3b), 4));
  }

  @Test
  void planesHoldTheLowBitsFirst() {
    var codes = codes(row(5, Order.PLANES), words(0xecd1d72b, 0x43ecf4f6, 0xa0a21cbe, 0x7fb32eb2, 0x4a340500), 9);
    assertEquals(11, codes[0]);
    assertEquals(22, codes[8]);
  }

  @Test
  void interleavedNibbles() {
    assertArrayEquals(new int[] {9, 7, 7, 1, 3, 13, 11, 9}, codes(row(4, Order.INTERLEAVED), words(0x9d17b379), 8));
  }

  @Test
  void wholeCodesLeaveTheTopOfAWordEmpty() {
    assertArrayEquals(
        codes(row(3, Order.DENSE), words(0x1bcead14), 10), codes(row(3, Order.WHOLE), words(0x1bcead14, 0), 10));
    assertEquals(5, row(3, Order.WHOLE).code(words(-1, 5), 0, 10));
  }

  @Test
  void oneIsAddedToWholeWordsSoThatBorrowsAreUndone() {
    assertArrayEquals(
        new int[] {0, 1, 15, 0, 14, 2, 0, 15}, codes(row(4, Order.DENSE).storedLessOne(), words(0xdf1cfdff), 8));
    assertArrayEquals(new int[] {0, 4, 1}, codes(row(3, Order.DENSE).storedLessOne(), words(0b000_011_111), 3));
    assertArrayEquals(new int[] {0, 128}, codes(row(8, Order.DENSE).storedLessOne(), words(0x7f7f7eff), 2));
  }

  @Test
  void streamsRunAlongEitherAxis() {
    var plane = words(0x21, 0x43, 0x65, 0x87);
    assertEquals(7, new PackedCodes(4, Order.DENSE, Axis.COLUMNS, 1, 2).code(plane, 1, 8));
    assertEquals(7, new PackedCodes(4, Order.DENSE, Axis.ROWS, 1, 2).code(plane, 8, 1));
    assertEquals(6, new PackedCodes(4, Order.DENSE, Axis.COLUMNS, 2, 1).code(plane, 1, 1));
  }

  @Test
  void wordsThatCodesTake() {
    assertEquals(24, PackedCodes.words(3, Order.DENSE, 256));
    assertEquals(26, PackedCodes.words(3, Order.WHOLE, 256));
    assertEquals(10, PackedCodes.words(5, Order.PLANES, 33));
    assertThrows(IllegalArgumentException.class, () -> row(9, Order.DENSE));
  }
}
