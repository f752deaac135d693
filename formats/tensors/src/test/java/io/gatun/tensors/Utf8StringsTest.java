package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
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
}
