package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8StringsTest {
  @Test
  void isTheListOfItsStrings() {
    var strings = List.of("", "a", "▁été", "", "😀");
    assertEquals(strings, Utf8Strings.of(strings));
    assertEquals(List.of(), Utf8Strings.of(List.of()));
  }

  @Test
  void keepsBytesThatAreNoUtf8() {
    byte[] data = {9, 'a', (byte) 0xC3, 9, 'b'};
    var strings = new Utf8Strings(data, new int[] {3, 5}, 1);
    assertEquals(List.of("a\uFFFD", "b"), strings);
    assertArrayEquals(new byte[] {'a', (byte) 0xC3}, strings.bytes(0));
    assertArrayEquals(new byte[] {'b'}, strings.bytes(1));
  }

  @Test
  void refusesEndsThatDoNotFit() {
    assertThrows(IllegalArgumentException.class, () -> new Utf8Strings(new byte[3], new int[] {4}, 0));
    assertThrows(IllegalArgumentException.class, () -> new Utf8Strings(new byte[3], new int[] {2, 1}, 0));
    assertThrows(IllegalArgumentException.class, () -> new Utf8Strings(new byte[3], new int[] {1}, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> Utf8Strings.of(List.of("a")).get(1));
  }

  @Test
  void findsBytesWithinOneString() {
    var strings = new Utf8Strings("xa bxé c".getBytes(StandardCharsets.UTF_8), new int[] {4, 9}, 1);
    assertEquals(1, strings.indexOf(0, (byte) ' ', 0));
    assertEquals(-1, strings.indexOf(0, (byte) ' ', 2));
    assertEquals(2, strings.indexOf(1, (byte) ' ', 1));
    assertEquals(-1, strings.indexOf(1, (byte) 'x', 0));
  }

  @Test
  void comparesAndHashesBytesOfOneString() {
    var strings = new Utf8Strings("xab ydcab".getBytes(StandardCharsets.UTF_8), new int[] {4, 9}, 1);
    byte[] bytes = "cab".getBytes(StandardCharsets.UTF_8);
    assertEquals(3, strings.length(0));
    assertEquals(4, strings.length(1));
    assertTrue(strings.matches(0, 0, bytes, 1, 3));
    assertTrue(strings.matches(1, 1, bytes, 0, 3));
    assertFalse(strings.matches(1, 0, bytes, 0, 3));
    assertFalse(strings.matches(0, 2, " ydc".getBytes(StandardCharsets.UTF_8), 0, 4));
    assertEquals(Utf8Strings.hash(bytes, 1, 3), strings.hash(0, 0, 2));
  }

  /** Against the decoder of Java: what it shows as U+FFFD does not become what it was. */
  @Test
  void tellsWhetherBytesAreWellFormed() {
    var random = new Random(1);
    byte[] leads = HexFormat.of().parseHex("417fc1c2dfe0e1edeff0f1f4f5ff");
    byte[] others = HexFormat.of().parseHex("4180 8f90 9fa0 bfc2".replace(" ", ""));
    int wellFormed = 0;
    for (int round = 0; round < 100_000; round++) {
      var bytes = new byte[random.nextInt(6)];
      for (int i = 0; i < bytes.length; i++) {
        byte[] set = i == 0 || random.nextInt(4) == 0 ? leads : others;
        bytes[i] = set[random.nextInt(set.length)];
      }
      var strings = Utf8Strings.of(1, index -> bytes);
      boolean expected = Arrays.equals(bytes, strings.get(0).getBytes(StandardCharsets.UTF_8));
      assertEquals(expected, strings.isWellFormed(0), () -> HexFormat.of().formatHex(bytes));
      wellFormed += expected ? 1 : 0;
    }
    assertTrue(wellFormed > 10_000, wellFormed + " are");
  }
}
