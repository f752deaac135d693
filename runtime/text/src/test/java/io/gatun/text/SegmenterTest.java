package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Kinds of which the reference data have no vocabulary, on small ones: ids worked out by hand or by the definition. */
class SegmenterTest {
  private static final int BYTES = 256;

  // RWKV

  @Test
  void rwkvTakesTheLongestTokenAndUnescapes() {
    Keys keys = new Keys().with("model", "rwkv").tokens("<s>", "a", "ab", "abcd", "\\n", "\\xe4", "\\\\", "c", "\\t\\x00");
    Tokenizer tokenizer = Tokenizer.of(keys.with("unknown_token_id", 0L).build());
    assertEquals("[2, 7, 4, 6, 8]", ids(tokenizer, "abc\n\\\t\0"));
    // U+4E00 is E4 B8 80: only its first byte is a token.
    assertEquals("[5, 0, 0]", ids(tokenizer, "一"));
    assertEquals("ab\n\\\t\0", text(tokenizer, 2, 4, 6, 8));
    assertEquals("[1]", Arrays.toString(tokenizer.encode("a", Set.of(EncodeOption.ADD_SPECIAL))));
  }

  @Test
  void rwkvRefusesWhatItCannotSpell() {
    var unknown = Tokenizer.of(new Keys().with("model", "rwkv").tokens("a").build());
    var refused = assertThrows(FormatException.class, () -> unknown.encode("b", Set.of()));
    assertTrue(String.valueOf(refused.getMessage()).contains("the byte 0x62"), refused.getMessage());
    Keys broken = new Keys().with("model", "rwkv").tokens("a", "\\x4");
    assertThrows(FormatException.class, () -> Tokenizer.of(broken.build()));
  }

  // PLaMo 2

  @Test
  void plamo2FindsTheBestOfAllWays() {
    var random = new Random(1);
    List<String> words = List.of("a", "b", "é", "ab", "ba", "aé", "aba", "bé", "abaé");
    for (int round = 0; round < 300; round++) {
      var scores = new float[BYTES + words.size()];
      for (int i = BYTES; i < scores.length; i++) {
        scores[i] = random.nextInt(10) == 0 ? Float.NaN : -random.nextInt(12);
      }
      Tokenizer tokenizer = Tokenizer.of(plamo2(words).with("scores", scores).build());
      String text = text(random);
      assertEquals(best(text, words, scores).toString(), ids(tokenizer, text), text);
    }
  }

  /** The ids of the cheapest way; of equal ones the one with the longest token first. */
  private static List<Integer> best(String text, List<String> words, float[] scores) {
    List<Integer> best = new ArrayList<>();
    for (byte b : text.isEmpty() ? new byte[0] : text.substring(0, 1).getBytes(StandardCharsets.UTF_8)) {
      best.add(b & 0xFF);
    }
    if (!text.isEmpty()) {
      best.addAll(best(text.substring(1), words, scores));
    }
    for (int length = 1; length <= text.length(); length++) {
      int word = words.indexOf(text.substring(0, length));
      if (word >= 0 && Float.isFinite(scores[BYTES + word])) {
        var way = new ArrayList<>(List.of(BYTES + word));
        way.addAll(best(text.substring(length), words, scores));
        best = cost(way, scores) <= cost(best, scores) ? way : best;
      }
    }
    return best;
  }

  private static double cost(List<Integer> way, float[] scores) {
    double cost = 0;
    for (int id : way) {
      // All bytes of a character together cost 1000.
      boolean continues = id < BYTES && (id & 0xC0) == 0x80;
      cost += id >= BYTES ? -scores[id] : continues ? 0 : 1000;
    }
    return cost;
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      text.append("abéx".charAt(random.nextInt(4)));
    }
    return text.toString();
  }

  private static Keys plamo2(List<String> words) {
    var tokens = new ArrayList<String>();
    var types = new long[BYTES + words.size()];
    for (int b = 0; b < BYTES; b++) {
      tokens.add(ByteTokens.spelling(b));
    }
    tokens.addAll(words);
    Arrays.setAll(types, id -> id < BYTES ? 6 : 1);
    return new Keys().with("model", "plamo2").tokens(tokens.toArray(String[]::new)).with("token_type", types);
  }

  @Test
  void plamo2DropsTheByteOrderMarkAndNeedsAllBytes() {
    Tokenizer tokenizer = Tokenizer.of(plamo2(List.of("a")).build());
    assertEquals("[256]", ids(tokenizer, "\uFEFFa"));
    assertEquals("é", text(tokenizer, 0xC3, 0xA9));
    var refused =
        assertThrows(FormatException.class, () -> Tokenizer.of(new Keys().with("model", "plamo2").tokens("a").build()));
    assertTrue(String.valueOf(refused.getMessage()).contains("no token <0x00>"), refused.getMessage());
  }

  // Byte-pair encoding of characters

  @Test
  void gemma4MergesCharactersAndTakesNewlinesWhole() {
    Keys keys =
        new Keys()
            .with("model", "gemma4")
            .tokens("<bos>", "▁", "a", "b", "▁a", "▁ab", "\n", "\n\n\n", "<0xC3>", "<0xA9>")
            .with("merges", new String[] {"▁ a", "▁a b"})
            .with("bos_token_id", 0L)
            .with("add_bos_token", false);
    Tokenizer tokenizer = Tokenizer.of(keys.build());
    assertEquals("[2, 5, 7, 4]", ids(tokenizer, "a ab\n\n\n a"));
    assertEquals("[6, 6]", ids(tokenizer, "\n\n"));
    assertEquals("[8, 9, 2]", ids(tokenizer, "éa"));
    assertEquals("[0, 2]", Arrays.toString(tokenizer.encode("a", Set.of(EncodeOption.ADD_SPECIAL))));
    assertEquals(" ab\n", text(tokenizer, 5, 6));
  }

  @Test
  void whitespaceOnlySeparatesWhereItIsNoToken() {
    Keys keys =
        new Keys()
            .with("model", "whitespace")
            .with("pre", "whitespace")
            .tokens("中", "文", "中文", "a")
            .with("merges", new String[] {"中 文"});
    assertEquals("[2, 2, 0]", ids(Tokenizer.of(keys.build()), "中文 \n中文\u3000中A"));
    assertEquals("[3]", ids(Tokenizer.of(keys.with("normalizer.lowercase", true).build()), "A"));
  }

  @Test
  void kimiNeedsNoMerges() {
    Keys keys = new Keys().with("model", "gpt2").with("pre", "kimi-k2").tokens("a", "b", "ab");
    assertEquals("[0, 1]", ids(Tokenizer.of(keys.build()), "ab"));
  }

  /** Of a merge that is no token the ASCII characters remain, as in llama.cpp. */
  @Test
  void mergeThatIsNoTokenFallsApart() {
    Keys keys =
        new Keys().with("model", "gpt2").with("pre", "gpt-2").tokens("Ġ", "a", "b").with("merges", new String[] {"Ġ a"});
    assertEquals("[1, 2]", ids(Tokenizer.of(keys.build()), " ab"));
  }

  // WordPiece

  @Test
  void wordPieceKeepsCaseAndAccentsIfToldTo() {
    Keys keys =
        new Keys()
            .with("model", "bert")
            .tokens("[UNK]", "▁e", "▁é", "▁É", "▁中", "▁!", "x")
            .with("unknown_token_id", 0L);
    assertEquals("[1, 1, 1]", ids(Tokenizer.of(keys.build()), "e é É"));
    assertEquals("[1, 4, 5, 0]", ids(Tokenizer.of(keys.build()), "e中! ey"));
    assertEquals("[2, 2]", ids(Tokenizer.of(keys.with("normalizer.strip_accents", false).build()), "é É"));
    assertEquals("[2, 3]", ids(Tokenizer.of(keys.with("normalizer.lowercase", false).build()), "é É"));
  }

  // Whitespace beside special tokens

  @Test
  void masksSwallowTheSpaceBeforeThem() {
    for (String[] rule : new String[][] {{"architecture", "nomic-bert-moe", "<mask>"}, {"name", "Modern-BERT x", "[MASK]"}}) {
      Keys keys =
          new Keys()
              .with("model", "gpt2")
              .with("pre", "gpt-2")
              .tokens("a", "Ġ", rule[2])
              .with("merges", new String[] {})
              .with("token_type", new long[] {1, 1, 3})
              .general(rule[0], rule[1]);
      int[] ids = Tokenizer.of(keys.build()).encode("a  " + rule[2] + " a", Set.of(EncodeOption.PARSE_SPECIAL));
      assertEquals("[0, 2, 1, 0]", Arrays.toString(ids));
    }
  }

  private static String ids(Tokenizer tokenizer, String text) {
    return Arrays.toString(tokenizer.encode(text, Set.of()));
  }

  private static String text(Tokenizer tokenizer, int... ids) {
    return new String(tokenizer.decode(ids, Set.of(DecodeOption.NO_CLEAN_UP)), StandardCharsets.UTF_8);
  }
}
