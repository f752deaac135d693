package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Long texts take time in proportion: quadratic work on any of these would take minutes. */
class TokenizerScaleTest {
  private static final int CHARACTERS = 1_000_000;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @ParameterizedTest
  @CsvSource({
    "vocab/stories, letters", "vocab/stories, words", "vocab/stories, spaces", "vocab/stories, brackets",
    "vocab/stories-userdef, words", "vocab/stories-userdef, userdefined",
    "vocab/gpt-2, letters", "vocab/gpt-2, words", "vocab/gpt-2, spaces", "vocab/gpt-2, mixed", "vocab/gpt-2, newlines",
    "vocab/qwen2, letters", "vocab/qwen2, words", "vocab/qwen2, spaces", "vocab/qwen2, brackets", "vocab/qwen2, newlines",
    "synthetic-pre/default, letters", "synthetic-pre/default, words", "synthetic-pre/default, digits",
    "synthetic-pre/llama-bpe, mixed", "synthetic-pre/llama-bpe, emoji", "synthetic-pre/llama-bpe, digits"
  })
  void longTextsTakeProportionalTime(String vocabulary, String kind) {
    Tokenizer tokenizer = Tokenizer.of(Vocabularies.committed("tokenizer/" + vocabulary + ".gguf"));
    String text = text(kind);
    int[] ids = assertTimeout(LIMIT, () -> tokenizer.encode(text, Set.of(EncodeOption.PARSE_SPECIAL)));
    if (!vocabulary.endsWith("userdef")) {
      String decoded = new String(tokenizer.decode(ids, Set.of(DecodeOption.NO_CLEAN_UP)), StandardCharsets.UTF_8);
      assertEquals(text, decoded);
    }
  }

  private static String text(String kind) {
    String unit =
        switch (kind) {
          case "letters" -> "a";
          case "words" -> "Once upon a time, there was a little girl named Lily. ";
          case "spaces" -> " ";
          case "brackets" -> "<";
          case "userdefined" -> "lily<tool>";
          case "newlines" -> "\n";
          case "digits" -> "7";
          case "emoji" -> "👩‍👩‍👧";
          case "mixed" -> new RandomText(new Random(5)).next() + " \n\t word";
          default -> throw new IllegalArgumentException(kind);
        };
    return unit.repeat(CHARACTERS / unit.length());
  }
}
