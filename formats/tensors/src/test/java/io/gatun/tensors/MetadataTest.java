package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class MetadataTest {
  private static Metadata metadata() {
    var values = new LinkedHashMap<String, Metadata.Value>();
    values.put("a.name", new Metadata.Value("str", "x"));
    values.put("a.count", new Metadata.Value("u32", 7L));
    values.put("a.huge", new Metadata.Value("u64", -1L));
    values.put("a.negative", new Metadata.Value("i32", -1L));
    values.put("a.eps", new Metadata.Value("f32", 0.5));
    values.put("a.flag", new Metadata.Value("bool", true));
    values.put("a.ids", new Metadata.Value("arr[i32]", new long[] {1, 2}));
    values.put("a.scores", new Metadata.Value("arr[f32]", new float[] {1}));
    values.put("a.words", new Metadata.Value("arr[str]", new String[] {"p", "q"}));
    values.put("a.tokens", new Metadata.Value("arr[str]", Utf8Strings.of(List.of("r"))));
    return new Metadata("m.gguf", values);
  }

  private static void assertMessage(String expected, Executable executable) {
    assertEquals(expected, assertThrows(FormatException.class, executable).getMessage());
  }

  @Test
  void typedReads() {
    var metadata = metadata();
    assertEquals("x", metadata.string("a.name"));
    assertEquals(7, metadata.integer("a.count"));
    assertEquals(7, metadata.integer("a.count", 0, 9));
    assertEquals(3, metadata.integer("a.none", 0, 9, 3));
    assertEquals(0.5, metadata.number("a.eps"));
    assertEquals(true, metadata.optionalBool("a.flag").orElseThrow());
    assertArrayEquals(new long[] {1, 2}, metadata.optionalIntegers("a.ids").orElseThrow());
    assertArrayEquals(new float[] {1}, metadata.optionalFloats("a.scores").orElseThrow());
    assertEquals(List.of("p", "q"), metadata.strings("a.words"));
    assertEquals(List.of("r"), metadata.strings("a.tokens"));
    assertArrayEquals(new byte[] {'q'}, metadata.optionalUtf8Strings("a.words").orElseThrow().bytes(1));
    assertTrue(metadata.optionalUtf8Strings("a.none").isEmpty());
  }

  @Test
  void mistakesNameFileKeyFoundAndExpected() {
    var metadata = metadata();
    assertMessage("m.gguf: key a.none is missing, expected a string", () -> metadata.string("a.none"));
    assertMessage("m.gguf: key a.count is u32, expected a string", () -> metadata.string("a.count"));
    assertMessage("m.gguf: key a.ids is arr[i32], expected an integer", () -> metadata.integer("a.ids"));
    assertMessage("m.gguf: key a.name is str, expected an array of strings", () -> metadata.strings("a.name"));
    assertMessage("m.gguf: key a.count is 7, expected 8 to 9", () -> metadata.integer("a.count", 8, 9));
    assertMessage("m.gguf: key a.negative is -1, expected 8 to 9", () -> metadata.integer("a.negative", 8, 9));
    assertMessage(
        "m.gguf: key a.huge is 18446744073709551615, expected -5 to 9",
        () -> metadata.integer("a.huge", -5, 9));
  }

  @Test
  void remembersWhatWasRead() {
    var metadata = metadata();
    assertEquals(10, metadata.unread("a.").size());
    metadata.string("a.name");
    metadata.ignore("a.count");
    metadata.peek("a.eps");
    assertEquals(
        Set.of("a.huge", "a.negative", "a.eps", "a.flag", "a.ids", "a.scores", "a.words", "a.tokens"),
        metadata.unread("a."));
    assertEquals(Set.of(), metadata.unread("b."));
  }
}
