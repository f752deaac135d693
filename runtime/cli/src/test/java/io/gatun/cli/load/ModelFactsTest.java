package io.gatun.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ModelFactsTest {

  @Test
  void sizesAreReadable() {
    assertEquals("0 B", ModelFacts.bytes(0));
    assertEquals("999 B", ModelFacts.bytes(999));
    assertEquals("1.00 kB", ModelFacts.bytes(1000));
    assertEquals("10.5 MB", ModelFacts.bytes(10_500_000));
    assertEquals("123 GB", ModelFacts.bytes(123_456_789_012L));
  }

  @Test
  void metadataIsShort() {
    assertEquals("u32 5", MetadataText.line(new Metadata.Value("u32", 5L)));
    assertEquals("u64 18446744073709551615", MetadataText.line(new Metadata.Value("u64", -1L)));
    assertEquals("f32 1.0E-5", MetadataText.line(new Metadata.Value("f32", (double) 1e-5f)));
    assertEquals("arr[i32] of 2: 1, 2", MetadataText.line(new Metadata.Value("arr[i32]", new long[] {1, 2})));
    var tokens = Utf8Strings.of(IntStream.range(0, 500).mapToObj(String::valueOf).toList());
    assertEquals(
        "arr[str] of 500: \"0\", \"1\", \"2\", \"3\", \"4\", \"5\", …",
        MetadataText.line(new Metadata.Value("arr[str]", tokens)));
    String line = MetadataText.line(new Metadata.Value("str", "a\n\u001b[2J" + "😀".repeat(500)));
    assertEquals("str \"a\\n" + "😀".repeat(97) + "…\"", line);
  }

  @Test
  void theSameAsJson() {
    assertEquals("{\"type\":\"u32\",\"value\":5}", MetadataText.json(new Metadata.Value("u32", 5L)).toString());
    assertEquals(
        "{\"type\":\"u64\",\"value\":18446744073709551615}", MetadataText.json(new Metadata.Value("u64", -1L)).toString());
    assertEquals(
        "{\"type\":\"arr[str]\",\"length\":2,\"value\":[\"a\",\"b\"]}",
        MetadataText.json(new Metadata.Value("arr[str]", Utf8Strings.of(List.of("a", "b")))).toString());
    assertEquals(
        32, MetadataText.json(new Metadata.Value("arr[f32]", new float[100])).get("first").size());
  }
}
