package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WithoutTokenizerTest {
  private static Metadata metadata(Map<String, Metadata.Value> values) {
    return new Metadata("m.gguf", new LinkedHashMap<>(values));
  }

  private static Metadata model(String name) {
    return metadata(Map.of("tokenizer.ggml.model", new Metadata.Value("str", name)));
  }

  @Test
  void tokensAreCounted() {
    for (Metadata metadata : List.of(model("none"), model("no_vocab"), metadata(Map.of()))) {
      Tokenizer tokenizer = Tokenizer.of(metadata, 5);
      assertFalse(tokenizer.hasText());
      assertEquals(5, tokenizer.vocabulary().size());
      assertEquals(Set.of(), tokenizer.vocabulary().endOfGeneration());
      assertArrayEquals(new byte[0], tokenizer.decode(new int[] {0, 4}, EnumSet.allOf(DecodeOption.class)));
      assertThrows(IndexOutOfBoundsException.class, () -> tokenizer.decode(new int[] {5}, Set.of()));
      var refused = assertThrows(UnsupportedModelException.class, () -> tokenizer.encode("", Set.of()));
      assertEquals(
          "m.gguf: has no tokenizer, which texts need: ids can go in (--ids) and come out (--json)", refused.getMessage());
      assertThrows(UnsupportedModelException.class, tokenizer::requireText);
    }
    assertThrows(UnsupportedModelException.class, () -> Tokenizer.of(model("none")));
  }

  @Test
  void someEndAnswers() {
    var end = new Metadata.Value("u32", 3L);
    Tokenizer tokenizer = Tokenizer.of(metadata(Map.of("tokenizer.ggml.eos_token_id", end)), 5);
    assertEquals(Set.of(3), tokenizer.vocabulary().endOfGeneration());
  }

  /** Half a tokenizer is a mistake. */
  @Test
  void aTokenizerThatIsIncomplete() {
    assertThrows(FormatException.class, () -> Tokenizer.of(model("llama"), 5));
    var tokens = new Metadata.Value("arr[str]", new String[] {"a", "b"});
    assertThrows(FormatException.class, () -> Tokenizer.of(metadata(Map.of("tokenizer.ggml.tokens", tokens)), 2));
    assertThrows(UnsupportedModelException.class, () -> Tokenizer.of(model("bogus"), 5));
  }
}
