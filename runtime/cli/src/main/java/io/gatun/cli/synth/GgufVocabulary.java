package io.gatun.cli.synth;

import io.gatun.gguf.GgufWriter;
import io.gatun.tensors.Metadata.Value;

/** Writes a {@link SyntheticVocabulary} as GGUF has it. */
final class GgufVocabulary {
  private GgufVocabulary() {}

  /** Adds {@code tokenizer.ggml.*}. */
  static void put(Shape.Words words, GgufWriter writer) {
    var vocabulary = SyntheticVocabulary.of(words);
    text(writer, "model", words.kind() == Shape.Words.Kind.SENTENCE_PIECE ? "llama" : "gpt2");
    text(
        writer,
        "pre",
        switch (words.kind()) {
          case SENTENCE_PIECE -> "default";
          case LLAMA_3 -> "llama-bpe";
          case QWEN -> "qwen2";
        });
    writer.put(key("tokens"), new Value("arr[str]", vocabulary.tokens().toArray(String[]::new)));
    writer.put(
        key("token_type"), new Value("arr[i32]", vocabulary.types().stream().mapToLong(Integer::longValue).toArray()));
    number(writer, "bos_token_id", vocabulary.bos());
    number(writer, "eos_token_id", vocabulary.eos());
    switch (words.kind()) {
      case SENTENCE_PIECE -> {
        writer.put(key("scores"), new Value("arr[f32]", scores(vocabulary)));
        number(writer, "unknown_token_id", 0);
        flag(writer, "add_bos_token", true);
        flag(writer, "add_eos_token", false);
      }
      case LLAMA_3 -> merges(writer, vocabulary);
      case QWEN -> {
        merges(writer, vocabulary);
        number(writer, "padding_token_id", vocabulary.bos());
        flag(writer, "add_bos_token", false);
      }
    }
  }

  /** The earlier a piece, the sooner it is made. */
  private static float[] scores(SyntheticVocabulary vocabulary) {
    int first = vocabulary.types().indexOf(SyntheticVocabulary.NORMAL);
    var scores = new float[vocabulary.tokens().size()];
    for (int i = first; i < scores.length; i++) {
      scores[i] = first - i;
    }
    return scores;
  }

  private static void merges(GgufWriter writer, SyntheticVocabulary vocabulary) {
    writer.put(key("merges"), new Value("arr[str]", vocabulary.merges().toArray(String[]::new)));
  }

  private static void text(GgufWriter writer, String key, String value) {
    writer.put(key(key), new Value("str", value));
  }

  private static void number(GgufWriter writer, String key, long value) {
    writer.put(key(key), new Value("u32", value));
  }

  private static void flag(GgufWriter writer, String key, boolean value) {
    writer.put(key(key), new Value("bool", value));
  }

  private static String key(String name) {
    return "tokenizer.ggml." + name;
  }
}
