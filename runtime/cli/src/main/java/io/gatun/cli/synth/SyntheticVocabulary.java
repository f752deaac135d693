package io.gatun.cli.synth;

import io.gatun.gguf.GgufWriter;
import io.gatun.tensors.Metadata.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary of a given size that is invented but whole: all bytes, letters, then combinations of two and three letters,
 * and control tokens where the real one has them. Text survives encoding and decoding. Used by one thread.
 */
final class SyntheticVocabulary {
  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int UNUSED = 5;
  private static final int BYTE = 6;
  private static final String LETTERS = "etaoinshrdlcumwfgypbvkjxqzETAOINSHRDLCUMWFGYPBVKJXQZ0123456789-_";

  private final int size;
  private final List<String> tokens = new ArrayList<>();
  private final List<Integer> types = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();

  private SyntheticVocabulary(int size) {
    this.size = size;
  }

  /** Adds {@code tokenizer.ggml.*}. */
  static void put(Shape.Words words, GgufWriter writer) {
    var vocabulary = new SyntheticVocabulary(words.size());
    switch (words.kind()) {
      case SENTENCE_PIECE -> vocabulary.sentencePiece(writer);
      case LLAMA_3 ->
          vocabulary.bytePair(
              writer, "llama-bpe", 128_000, CONTROL, Map.of(0, "<|begin_of_text|>", 1, "<|end_of_text|>", 9, "<|eot_id|>"));
      case QWEN ->
          vocabulary.bytePair(
              writer, "qwen2", 151_643, UNUSED, Map.of(0, "<|endoftext|>", 1, "<|im_start|>", 2, "<|im_end|>"));
    }
  }

  private void sentencePiece(GgufWriter writer) {
    add("<unk>", UNKNOWN);
    add("<s>", CONTROL);
    add("</s>", CONTROL);
    for (int i = 0; i < 256; i++) {
      add("<0x%02X>".formatted(i), BYTE);
    }
    int first = tokens.size();
    List<String> letters = letters("\u2581");
    letters.forEach(letter -> add(letter, NORMAL));
    combine(letters, size);
    var scores = new float[size];
    for (int i = first; i < size; i++) {
      scores[i] = first - i;
    }
    text(writer, "model", "llama");
    text(writer, "pre", "default");
    putTokens(writer);
    writer.put(key("scores"), new Value("arr[f32]", scores));
    number(writer, "bos_token_id", 1);
    number(writer, "eos_token_id", 2);
    number(writer, "unknown_token_id", 0);
    writer.put(key("add_bos_token"), new Value("bool", true));
    writer.put(key("add_eos_token"), new Value("bool", false));
  }

  /** @param named control tokens after the {@code regular} ones; the others get the type {@code rest} */
  private void bytePair(GgufWriter writer, String pre, int regular, int rest, Map<Integer, String> named) {
    for (int i = 0, next = 256; i < 256; i++) {
      boolean printable = (i >= 33 && i <= 126) || (i >= 161 && i <= 172) || i >= 174;
      add(String.valueOf((char) (printable ? i : next++)), NORMAL);
    }
    combine(letters("\u0120"), regular);
    for (int i = 0; tokens.size() < size; i++) {
      String name = named.get(i);
      add(name == null ? "<|reserved_%d|>".formatted(i) : name, name == null ? rest : CONTROL);
    }
    text(writer, "model", "gpt2");
    text(writer, "pre", pre);
    putTokens(writer);
    writer.put(key("merges"), new Value("arr[str]", merges.toArray(String[]::new)));
    if (rest == CONTROL) {
      number(writer, "bos_token_id", regular);
      number(writer, "eos_token_id", regular + 1);
    } else {
      number(writer, "bos_token_id", regular);
      number(writer, "eos_token_id", regular + 2);
      number(writer, "padding_token_id", regular);
      writer.put(key("add_bos_token"), new Value("bool", false));
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

  private void putTokens(GgufWriter writer) {
    writer.put(key("tokens"), new Value("arr[str]", tokens.toArray(String[]::new)));
    writer.put(key("token_type"), new Value("arr[i32]", types.stream().mapToLong(Integer::longValue).toArray()));
  }

  private static void text(GgufWriter writer, String key, String value) {
    writer.put(key(key), new Value("str", value));
  }

  private static void number(GgufWriter writer, String key, long value) {
    writer.put(key(key), new Value("u32", value));
  }

  private static String key(String name) {
    return "tokenizer.ggml." + name;
  }
}
