package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Against the SentencePiece library, with a normalization that has deletions, replacements by several characters, and keys of
 * several characters.
 *
 * <p>{@code unigram.json}: a vocabulary that sentencepiece 0.2.2 (Apache-2.0) trained on this project's own documentation, with
 * rules from Unicode's compatibility decompositions, and the ids that it gives for random texts (but for one of which two ways
 * to cut it are equally good: its sums are floats).
 */
class UnigramTest {
  private static final JsonNode DATA = data();

  static JsonNode data() {
    try (InputStream in = UnigramTest.class.getResourceAsStream("unigram.json")) {
      return Oracle.json(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Keys vocabulary() {
    String[] tokens = DATA.get("tokens").valueStream().map(JsonNode::asString).toArray(String[]::new);
    var scores = new float[tokens.length];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = (float) DATA.get("scores").get(id).asDouble();
    }
    return new Keys()
        .with("model", "t5")
        .tokens(tokens)
        .with("scores", scores)
        .with("token_type", DATA.get("types").valueStream().mapToLong(JsonNode::asLong).toArray())
        .with("precompiled_charsmap", charsmap())
        .with("add_space_prefix", true)
        .with("remove_extra_whitespaces", true);
  }

  static String charsmapBase64() {
    return DATA.get("charsmap").asString();
  }

  private static long[] charsmap() {
    byte[] bytes = Base64.getDecoder().decode(charsmapBase64());
    var numbers = new long[bytes.length];
    Arrays.setAll(numbers, i -> bytes[i] & 0xFF);
    return numbers;
  }

  @Test
  void encodesAsSentencePieceDoes() {
    Tokenizer tokenizer = Tokenizer.of(vocabulary().build());
    var wrong = new ArrayList<String>();
    for (JsonNode line : DATA.get("cases")) {
      int[] expected = line.get("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
      int[] found = tokenizer.encode(line.get("text").asString(), Set.of());
      if (!Arrays.equals(expected, found)) {
        wrong.add("%s: expected %s, found %s".formatted(line, Arrays.toString(expected), Arrays.toString(found)));
      }
    }
    assertTrue(DATA.get("cases").size() > 300);
    assertEquals(List.of(), wrong);
  }

  /** The sum of the scores is the highest: no other way to cut a short text has a higher one. */
  @Test
  void findsTheBestOfAllWays() {
    var random = new Random(1);
    for (int i = 0; i < 300; i++) {
      Vocabulary vocabulary = letters(random);
      Tokenizer tokenizer = Tokenizer.of(keys(vocabulary).build());
      String text = "abcabcab".substring(random.nextInt(4), 4 + random.nextInt(5));
      double found = 0;
      for (int id : tokenizer.encode(text, Set.of())) {
        found += vocabulary.score(id);
      }
      assertEquals(best(text, vocabulary), found, 1e-9, text);
    }
  }

  private static Vocabulary letters(Random random) {
    var tokens = new String[] {"<pad>", "</s>", "<unk>", "a", "b", "c", "ab", "bc", "ca", "abc", "bca"};
    var scores = new float[tokens.length];
    for (int id = 3; id < scores.length; id++) {
      scores[id] = -random.nextFloat(20);
    }
    return Vocabulary.of(new Keys().with("model", "t5").tokens(tokens).with("scores", scores).build());
  }

  private static Keys keys(Vocabulary vocabulary) {
    var tokens = new String[vocabulary.size()];
    var scores = new float[vocabulary.size()];
    for (int id = 0; id < tokens.length; id++) {
      tokens[id] = vocabulary.text(id);
      scores[id] = vocabulary.score(id);
    }
    return new Keys().with("model", "t5").tokens(tokens).with("scores", scores);
  }

  private static double best(String text, Vocabulary vocabulary) {
    double best = text.isEmpty() ? 0 : Double.NEGATIVE_INFINITY;
    for (int length = 1; length <= text.length(); length++) {
      int id = vocabulary.find(text.substring(0, length));
      if (id >= 0) {
        best = Math.max(best, vocabulary.score(id) + best(text.substring(length), vocabulary));
      }
    }
    return best;
  }

  @Test
  void unknownCharactersInARowAreOneToken() {
    Tokenizer tokenizer = Tokenizer.of(keys(letters(new Random(2))).build());
    assertEquals("[3, 2, 3]", Arrays.toString(tokenizer.encode("aéüa", Set.of())));
  }

  /** A prefix of a user-defined token too is left as it is, as in llama.cpp. */
  @Test
  void userDefinedTokensAreNotNormalized() {
    Keys keys = vocabulary();
    int tool = Tokenizer.of(keys.build()).vocabulary().id("<tool>").orElseThrow();
    int[] ids = Tokenizer.of(keys.build()).encode("(c)<tool>", Set.of());
    assertEquals(tool, ids[ids.length - 1]);
  }

  @Test
  void brokenNormalizationIsMalformed() {
    long[] whole = charsmap();
    assertMalformed(new long[] {1, 2, 3});
    assertMalformed(new long[] {0, 1, 0, 0, 1});
    assertMalformed(new long[] {0xFF, 0xFF, 0xFF, 0xFF, 1});
    assertMalformed(new long[] {0, 0, 0, 0, 256});
    long[] unended = whole.clone();
    Arrays.fill(unended, Integer.BYTES + (int) (whole[0] | whole[1] << 8 | whole[2] << 16), unended.length, 'x');
    assertMalformed(unended);
    assertMalformed(Arrays.copyOf(new long[] {4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0}, 9));
  }

  private static void assertMalformed(long[] charsmap) {
    var refused =
        assertThrows(
            FormatException.class,
            () ->
                Tokenizer.of(vocabulary().with("precompiled_charsmap", charsmap).build())
                    .encode("½ a ﬁ", Set.of()));
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith("here.gguf: key tokenizer.ggml.precompiled_charsmap: "),
        refused.getMessage());
  }
}
