package io.gatun.text;

import static io.gatun.text.HfFolder.part;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Small models of every {@code type}, from seeds. */
final class HfModels {
  private static final String CHARACTERS = "abcdefghijklmnopqrstuvwxyzHTL▁'é日1234567<>|s_.,!?";

  private HfModels() {}

  /** Bytes and random merges of them. */
  static Map<String, Object> byteLevel(int merges, long seed) {
    var symbols = new ArrayList<String>();
    for (int b = 0; b < ByteTokens.COUNT; b++) {
      symbols.add(Character.toString(ByteAlphabet.character(b)));
    }
    List<List<String>> pairs = merge(symbols, merges, seed, "");
    return part("BPE", "vocab", ids(symbols), "merges", pairs);
  }

  /** Characters and merges, an unknown token, and bytes for other characters where they are wanted. */
  static Map<String, Object> characters(boolean bytes) {
    var symbols = new ArrayList<>(List.of("<unk>"));
    for (int b = 0; b < ByteTokens.COUNT && bytes; b++) {
      symbols.add(ByteTokens.spelling(b));
    }
    int special = symbols.size();
    CHARACTERS.codePoints().mapToObj(Character::toString).distinct().forEach(symbols::add);
    var mergeable = new ArrayList<>(symbols.subList(special, symbols.size()));
    int known = mergeable.size();
    List<List<String>> pairs = merge(mergeable, 500, 5, "");
    symbols.addAll(mergeable.subList(known, mergeable.size()));
    return part("BPE", "vocab", ids(symbols), "merges", pairs, "unk_token", "<unk>", "byte_fallback", bytes);
  }

  /** Merges of symbols with a prefix within words and a suffix at their ends. */
  static Map<String, Object> prefixed() {
    var symbols = new ArrayList<>(List.of("<unk>"));
    CHARACTERS.codePoints().mapToObj(Character::toString).distinct().forEach(
        character -> symbols.addAll(List.of(character, "@" + character, character + "</w>", "@" + character + "</w>")));
    var mergeable = new ArrayList<>(symbols.subList(1, symbols.size()));
    int known = mergeable.size();
    List<List<String>> pairs = merge(mergeable, 900, 6, "@");
    symbols.addAll(mergeable.subList(known, mergeable.size()));
    return part(
        "BPE", "vocab", ids(symbols), "merges", pairs, "unk_token", "<unk>", "continuing_subword_prefix", "@",
            "end_of_word_suffix", "</w>");
  }

  /** Adds what random pairs make. */
  private static List<List<String>> merge(List<String> symbols, int count, long seed, String prefix) {
    var random = new Random(seed);
    var known = new LinkedHashSet<>(symbols);
    var pairs = new ArrayList<List<String>>();
    while (pairs.size() < count) {
      String left = symbols.get(random.nextInt(symbols.size()));
      String right = symbols.get(random.nextInt(symbols.size()));
      boolean joinable = right.startsWith(prefix) && !left.endsWith("</w>") && left.length() + right.length() < 14;
      if (joinable && known.add(left + right.substring(prefix.length()))) {
        pairs.add(List.of(left, right));
        symbols.add(left + right.substring(prefix.length()));
      }
    }
    return pairs;
  }

  private static Map<String, Object> ids(List<String> symbols) {
    var ids = new LinkedHashMap<String, Object>();
    symbols.forEach(symbol -> ids.put(symbol, ids.size()));
    return ids;
  }

  /** Pieces with random log probabilities. */
  static Map<String, Object> unigram(boolean bytes) {
    var pieces = new ArrayList<>(List.of("<unk>"));
    for (int b = 0; b < ByteTokens.COUNT && bytes; b++) {
      pieces.add(ByteTokens.spelling(b));
    }
    int special = pieces.size();
    CHARACTERS.codePoints().mapToObj(Character::toString).distinct().forEach(pieces::add);
    var mergeable = new ArrayList<>(pieces.subList(special, pieces.size()));
    int known = mergeable.size();
    merge(mergeable, 500, 8, "");
    pieces.addAll(mergeable.subList(known, mergeable.size()));
    var random = new Random(9);
    var vocab = new ArrayList<List<Object>>();
    for (String piece : pieces) {
      vocab.add(List.of(piece, -20 * random.nextDouble() - 1));
    }
    return part("Unigram", "unk_id", 0, "vocab", vocab, "byte_fallback", bytes);
  }

  static Map<String, Object> wordPiece() {
    var tokens = new ArrayList<>(List.of("[PAD]", "[UNK]"));
    for (String character : CHARACTERS.toLowerCase(Locale.ROOT).codePoints().mapToObj(Character::toString).distinct()
        .toList()) {
      if (!character.equals("z")) {
        tokens.addAll(List.of(character, "##" + character));
      }
    }
    tokens.addAll(List.of("the", "##ily", "hello", "##ll", "endof", "##text", "im"));
    return part(
        "WordPiece", "vocab", ids(tokens), "unk_token", "[UNK]", "continuing_subword_prefix", "##",
            "max_input_chars_per_word", 9);
  }

  static Map<String, Object> wordLevel() {
    return part("WordLevel", "vocab", ids(List.of("<unk>", "a", "the", "lily", "hello", "日本語", "<", ">", "|", "' s")),
        "unk_token", "<unk>");
  }
}
