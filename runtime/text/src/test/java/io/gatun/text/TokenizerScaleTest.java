package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Long texts take time in proportion: quadratic work on any of these would take far longer. {@code
 * -Dgatun.test.characters=1000000} is the long form.
 */
class TokenizerScaleTest {
  private static final int CHARACTERS = Integer.getInteger("gatun.test.characters", 100_000);

  /** 50 µs a character. */
  private static final Duration LIMIT = Duration.ofNanos(50_000L * CHARACTERS);

  private static final Set<EncodeOption> PARSING = Set.of(EncodeOption.PARSE_SPECIAL);
  private static final Set<String> LOSING = Set.of("vocab/stories-ugm", "vocab/bert-bge");
  private static final List<String> UNITS =
      List.of(
          "a", " ", "\n", "7", "<", "\u0301", "中", "👩‍👩‍👧", " \t", "\r\n ", "aB", "'", "e\u0301", "½7", "!",
          "Once upon a time, there was a little girl named Lily. ",
          new RandomText(new Random(5)).next() + " \n\t word");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vocab/stories", "vocab/stories-ugm", "vocab/bert-bge", "vocab/gpt-2", "vocab/qwen2", "synthetic-pre/dbrx",
        "synthetic-pre/deepseek-coder", "synthetic-pre/deepseek-llm", "synthetic-pre/default", "synthetic-pre/falcon",
        "synthetic-pre/gpt-4o", "synthetic-pre/kimi-k2", "synthetic-pre/llama-bpe", "synthetic-pre/poro-chat",
        "synthetic-pre/qwen35", "synthetic-pre/tekken"
      })
  void longTextsTakeProportionalTime(String vocabulary) {
    Tokenizer tokenizer = Tokenizer.of(Vocabularies.committed("tokenizer/" + vocabulary + ".gguf"));
    for (String unit : UNITS) {
      String text = unit.repeat(CHARACTERS / unit.length());
      int[] ids = assertTimeout(LIMIT, () -> tokenizer.encode(text, PARSING), unit);
      if (!LOSING.contains(vocabulary)) {
        assertEquals(text, new String(tokenizer.decode(ids, Set.of(DecodeOption.NO_CLEAN_UP)), StandardCharsets.UTF_8));
      }
    }
  }

  /** Every expression, also those of which no vocabulary is at hand. */
  @ParameterizedTest
  @EnumSource(PreTokenizer.class)
  void longTextsAreCutInProportionalTime(PreTokenizer pre) {
    WordSplitter splitter = pre.splitter();
    for (String unit : UNITS) {
      String text = unit.repeat(CHARACTERS / unit.length()) + "中";
      assertTimeout(LIMIT, () -> splitter.ends(text), unit);
    }
  }

  @Test
  void userDefinedTokensAreFoundInProportionalTime() {
    Tokenizer tokenizer = Tokenizer.of(Vocabularies.committed("tokenizer/vocab/stories-userdef.gguf"));
    String text = "lily<tool>".repeat(CHARACTERS / 10);
    assertTimeout(LIMIT, () -> tokenizer.encode(text, PARSING));
  }

  /** Through a file, as a model has it. */
  @Test
  void largeVocabulariesOpen(@TempDir Path folder) throws IOException {
    Path file = LargeVocabulary.write(folder.resolve("large.gguf"), 256_000);
    Tokenizer tokenizer = assertTimeout(Duration.ofSeconds(20), () -> Tokenizer.of(Vocabularies.read(file)));
    assertEquals(256_000, tokenizer.vocabulary().size());
    String text = "Once upon a time";
    byte[] decoded = tokenizer.decode(tokenizer.encode(text, Set.of()), Set.of(DecodeOption.NO_CLEAN_UP));
    assertEquals(text, new String(decoded, StandardCharsets.UTF_8));
  }
}
