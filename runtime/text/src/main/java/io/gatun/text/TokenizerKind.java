package io.gatun.text;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The algorithms, as {@code tokenizer.ggml.model} names them. */
@SuppressWarnings("ImmutableEnumChecker") // the collections are immutable
enum TokenizerKind {
  SENTENCE_PIECE(Map.of(SpecialRole.BOS, 1, SpecialRole.EOS, 2, SpecialRole.UNKNOWN, 0), "llama"),
  BYTE_PAIR(Map.of(), "gpt2", "gemma4", "whitespace"),
  WORD_PIECE(
      Map.of(
          SpecialRole.BOS, 101,
          SpecialRole.UNKNOWN, 100,
          SpecialRole.SEPARATOR, 102,
          SpecialRole.PADDING, 0,
          SpecialRole.MASK, 103),
      "bert"),
  UNIGRAM(Map.of(SpecialRole.EOS, 1, SpecialRole.UNKNOWN, 2, SpecialRole.PADDING, 0), "t5"),
  GREEDY_TRIE(Map.of(), "rwkv"),
  PLAMO_2(
      Map.of(SpecialRole.BOS, 1, SpecialRole.EOS, 2, SpecialRole.UNKNOWN, 0, SpecialRole.PADDING, 3), "plamo2"),
  /** What a Hugging Face folder describes step by step; GGUF has no name for it. */
  PIPELINE(Map.of()),
  /** There is none, and no vocabulary either. */
  NONE(Map.of(), "none", "no_vocab");

  private final Map<SpecialRole, Integer> usualRoles;
  private final List<String> models;

  TokenizerKind(Map<SpecialRole, Integer> usualRoles, String... models) {
    this.usualRoles = Map.copyOf(usualRoles);
    this.models = List.of(models);
  }

  /** What a GGUF file says that has no tokenizer. */
  static final String NO_MODEL = "none";

  static TokenizerKind of(Metadata metadata) {
    String model = metadata.string(VocabularyReader.MODEL);
    for (TokenizerKind kind : values()) {
      if (kind.models.contains(model)) {
        return kind;
      }
    }
    String known = Arrays.stream(values()).flatMap(kind -> kind.models.stream()).collect(Collectors.joining(", "));
    throw new UnsupportedModelException(
        "%s: key %s: tokenizer '%s' is not supported, expected one of: %s"
            .formatted(metadata.origin(), VocabularyReader.MODEL, model, known));
  }

  /** Ids where the metadata says nothing. */
  Map<SpecialRole, Integer> usualRoles() {
    return usualRoles;
  }
}
