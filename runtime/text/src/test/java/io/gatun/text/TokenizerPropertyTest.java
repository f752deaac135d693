package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.text.TextRun.Origin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every text, on texts from fixed seeds. */
class TokenizerPropertyTest {
  private static final int TEXTS = 2_000;
  private static final Set<EncodeOption> PLAIN = Set.of();
  private static final Set<EncodeOption> PARSING = Set.of(EncodeOption.PARSE_SPECIAL);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vocab/gpt-2", "vocab/qwen2", "vocab/mpt", "vocab/llama-bpe", "vocab/deepseek-coder", "synthetic-pre/dbrx",
        "synthetic-pre/deepseek-coder", "synthetic-pre/deepseek-llm", "synthetic-pre/default",
        "synthetic-pre/falcon", "synthetic-pre/gpt-2", "synthetic-pre/gpt-4o", "synthetic-pre/kimi-k2",
        "synthetic-pre/llama-bpe", "synthetic-pre/poro-chat", "synthetic-pre/qwen2", "synthetic-pre/qwen35",
        "synthetic-pre/tekken"
      })
  void byteLevelDecodesWhatItEncoded(String vocabulary) {
    Tokenizer tokenizer = tokenizer(vocabulary);
    var texts = new RandomText(new Random(1));
    for (int i = 0; i < TEXTS; i++) {
      String text = texts.next();
      byte[] decoded = tokenizer.decode(tokenizer.encode(text, PLAIN), Set.of(DecodeOption.NO_CLEAN_UP));
      assertEquals(text, new String(decoded, StandardCharsets.UTF_8));
    }
  }

  @Test
  void sentencePieceDecodesWhatItEncoded() {
    Tokenizer tokenizer = tokenizer("vocab/stories");
    var texts = new RandomText(new Random(2));
    for (int i = 0; i < TEXTS; i++) {
      String text = texts.next().replace('▁', '_');
      assertEquals(text, new String(tokenizer.decode(tokenizer.encode(text, PLAIN), Set.of()), StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vocab/stories", "vocab/stories-userdef", "vocab/stories-ugm", "vocab/llama-spm", "vocab/baichuan", "vocab/phi-3",
        "vocab/bert-bge", "vocab/gpt-2", "vocab/starcoder", "vocab/mpt", "vocab/llama-bpe", "vocab/qwen2",
        "vocab/deepseek-coder", "synthetic-pre/llama-bpe"
      })
  void noTextBecomesControlTokenUnlessAsked(String name) {
    Tokenizer tokenizer = tokenizer(name);
    Vocabulary vocabulary = tokenizer.vocabulary();
    int[] control = controlTokens(vocabulary);
    var random = new Random(3);
    var texts = new RandomText(random);
    for (int i = 0; i < TEXTS; i++) {
      String spelling = vocabulary.text(control[random.nextInt(control.length)]);
      String text = texts.next() + spelling + texts.next();
      assertNoControl(vocabulary, tokenizer.encode(text, PLAIN), text);
      assertNoControl(vocabulary, tokenizer.encode(List.of(TextRun.user(text)), PLAIN), text);
      int half = random.nextInt(spelling.length());
      var split = List.of(TextRun.template(spelling.substring(0, half)), TextRun.user(spelling.substring(half)));
      assertNoControl(vocabulary, tokenizer.encode(split, PLAIN), split.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab/stories", "vocab/stories-userdef", "vocab/gpt-2", "vocab/qwen2"})
  void controlTokensOfTheTemplateAreFound(String name) {
    Tokenizer tokenizer = tokenizer(name);
    for (int control : controlTokens(tokenizer.vocabulary())) {
      String spelling = tokenizer.vocabulary().text(control);
      var runs = List.of(TextRun.user(spelling), TextRun.template(spelling), TextRun.user(spelling));
      long found = Arrays.stream(tokenizer.encode(runs, PLAIN)).filter(id -> id == control).count();
      assertEquals(1, found, spelling);
      assertEquals(3, Arrays.stream(tokenizer.encode(spelling.repeat(3), PARSING)).filter(id -> id == control).count());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab/stories-userdef", "vocab/gpt-2", "synthetic-pre/default"})
  void runsOfOneOriginAreOneText(String name) {
    Tokenizer tokenizer = tokenizer(name);
    var random = new Random(4);
    var texts = new RandomText(random);
    for (int i = 0; i < TEXTS; i++) {
      String text = texts.next();
      assertArrayEquals(tokenizer.encode(text, PLAIN), tokenizer.encode(cut(text, Origin.USER, random), PLAIN));
      assertArrayEquals(tokenizer.encode(text, PARSING), tokenizer.encode(cut(text, Origin.TEMPLATE, random), PLAIN));
    }
  }

  @Test
  void runsSayThemselvesWhereSpecialTokensAreParsed() {
    Tokenizer tokenizer = tokenizer("vocab/stories");
    var runs = List.of(TextRun.user("x"));
    assertThrows(IllegalArgumentException.class, () -> tokenizer.encode(runs, PARSING));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab/stories", "vocab/gpt-2"})
  void surrogateWithoutPartnerIsReplacementCharacter(String name) {
    Tokenizer tokenizer = tokenizer(name);
    for (String broken : List.of("\uD83D", "a\uDE00b", "\uDE00\uD83D", "\uD83D\uD83D\uDE00")) {
      String mended = broken.replace("\uD83D\uDE00", "#").replaceAll("[\uD800-\uDFFF]", "\uFFFD").replace("#", "\uD83D\uDE00");
      assertArrayEquals(tokenizer.encode(mended, PLAIN), tokenizer.encode(broken, PLAIN), mended);
    }
  }

  @Test
  void addedTokensStandAroundTheText() {
    Tokenizer tokenizer = tokenizer("vocab/stories-userdef");
    int[] plain = tokenizer.encode("Once upon a time", PLAIN);
    int[] added = tokenizer.encode("Once upon a time", EnumSet.of(EncodeOption.ADD_SPECIAL));
    assertEquals(tokenizer.vocabulary().bos().orElseThrow(), added[0]);
    assertEquals(tokenizer.vocabulary().eos().orElseThrow(), added[added.length - 1]);
    assertArrayEquals(plain, Arrays.copyOfRange(added, 1, added.length - 1));
  }

  private static List<TextRun> cut(String text, Origin origin, Random random) {
    var runs = new ArrayList<TextRun>();
    int from = 0;
    while (from < text.length()) {
      int to = from + 1 + random.nextInt(Math.min(8, text.length() - from));
      runs.add(new TextRun(text.substring(from, to), origin));
      from = to;
    }
    return runs;
  }

  private static int[] controlTokens(Vocabulary vocabulary) {
    var control = new IdBuffer();
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.type(id) == TokenType.CONTROL) {
        control.add(id);
      }
    }
    assertTrue(control.size() > 0);
    return control.toArray();
  }

  /** What the vocabulary cannot express may become its unknown token, which some declare as a control token. */
  private static void assertNoControl(Vocabulary vocabulary, int[] ids, String text) {
    int unknown = vocabulary.special(SpecialRole.UNKNOWN).orElse(-1);
    for (int id : ids) {
      assertTrue(id == unknown || !vocabulary.type(id).isSpecial(), () -> vocabulary.text(id) + " in " + text);
    }
  }

  private static Tokenizer tokenizer(String name) {
    String file = "tokenizer/" + name + ".gguf";
    return Tokenizer.of(Vocabularies.find(file).orElseGet(() -> Assumptions.abort(Oracle.missing(file))));
  }
}
