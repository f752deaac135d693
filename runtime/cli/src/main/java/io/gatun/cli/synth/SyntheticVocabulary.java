package io.gatun.cli.synth;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary of a given size that is invented but whole: all bytes, letters, then combinations of two and three letters,
 * and control tokens where the real one has them. Text survives encoding and decoding. Used by one thread.
 */
final class SyntheticVocabulary {
  /** The types of tokens, as GGUF numbers them. */
  static final int NORMAL = 1;

  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int UNUSED = 5;
  static final int BYTE = 6;

  private static final String LETTERS = "etaoinshrdlcumwfgypbvkjxqzETAOINSHRDLCUMWFGYPBVKJXQZ0123456789-_";

  private final Shape.Words words;
  private final List<String> tokens = new ArrayList<>();
  private final List<Integer> types = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();

  private SyntheticVocabulary(Shape.Words words) {
    this.words = words;
  }

  /** A whole vocabulary. */
  static SyntheticVocabulary of(Shape.Words words) {
    var vocabulary = new SyntheticVocabulary(words);
    switch (words.kind()) {
      case SENTENCE_PIECE -> vocabulary.sentencePiece();
      case LLAMA_3 ->
          vocabulary.bytePair(CONTROL, Map.of(0, "<|begin_of_text|>", 1, "<|end_of_text|>", 9, "<|eot_id|>"));
      case QWEN -> vocabulary.bytePair(UNUSED, Map.of(0, "<|endoftext|>", 1, "<|im_start|>", 2, "<|im_end|>"));
    }
    return vocabulary;
  }

  /** By id. */
  List<String> tokens() {
    return tokens;
  }

  /** The type of each token. */
  List<Integer> types() {
    return types;
  }

  /** Pairs of tokens that make another, with a space between, the first to be made first. */
  List<String> merges() {
    return merges;
  }

  /** Begins texts. */
  int bos() {
    return words.kind() == Shape.Words.Kind.SENTENCE_PIECE ? 1 : regular();
  }

  /** Ends texts. */
  int eos() {
    return switch (words.kind()) {
      case SENTENCE_PIECE -> 2;
      case LLAMA_3 -> regular() + 1;
      case QWEN -> regular() + 2;
    };
  }

  /** Whether texts are given {@link #bos}. */
  boolean addsBos() {
    return words.kind() != Shape.Words.Kind.QWEN;
  }

  /** Of a byte-level vocabulary: its tokens before those for control. */
  private int regular() {
    return words.kind() == Shape.Words.Kind.LLAMA_3 ? 128_000 : 151_643;
  }

  private void sentencePiece() {
    add("<unk>", UNKNOWN);
    add("<s>", CONTROL);
    add("</s>", CONTROL);
    for (int i = 0; i < 256; i++) {
      add("<0x%02X>".formatted(i), BYTE);
    }
    List<String> letters = letters("\u2581");
    letters.forEach(letter -> add(letter, NORMAL));
    combine(letters, words.size());
  }

  /** @param named control tokens after the regular ones; the others get the type {@code rest} */
  private void bytePair(int rest, Map<Integer, String> named) {
    for (int i = 0, next = 256; i < 256; i++) {
      boolean printable = (i >= 33 && i <= 126) || (i >= 161 && i <= 172) || i >= 174;
      add(String.valueOf((char) (printable ? i : next++)), NORMAL);
    }
    combine(letters("\u0120"), regular());
    for (int i = 0; tokens.size() < words.size(); i++) {
      String name = named.get(i);
      add(name == null ? "<|reserved_%d|>".formatted(i) : name, name == null ? rest : CONTROL);
    }
  }

  /** @param space how the vocabulary writes a space */
  private static List<String> letters(String space) {
    var letters = new ArrayList<>(Arrays.asList(LETTERS.split("")));
    letters.addFirst(space);
    return letters;
  }

  /** Adds all pairs, then triples, until there are {@code count} tokens: 65² + 65³ are enough for any vocabulary here. */
  private void combine(List<String> letters, int count) {
    List<String> shorter = letters;
    for (int length = 2; length <= 3; length++) {
      var longer = new ArrayList<String>();
      for (String start : shorter) {
        for (String letter : letters) {
          if (tokens.size() == count) {
            return;
          }
          longer.add(start + letter);
          add(start + letter, NORMAL);
          merges.add(start + " " + letter);
        }
      }
      shorter = longer;
    }
    throw new IllegalStateException("a vocabulary of %d tokens, expected at most %d".formatted(count, tokens.size()));
  }

  private void add(String token, int type) {
    tokens.add(token);
    types.add(type);
  }
}
