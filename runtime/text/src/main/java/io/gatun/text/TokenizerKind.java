package io.gatun.text;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** The algorithms, as {@code tokenizer.ggml.model} names them. */
@SuppressWarnings("ImmutableEnumChecker") // the map is immutable
enum TokenizerKind {
  SENTENCE_PIECE("llama", Map.of(SpecialRole.BOS, 1, SpecialRole.EOS, 2, SpecialRole.UNKNOWN, 0)),
  BYTE_PAIR("gpt2", Map.of());

  private final String model;
  private final Map<SpecialRole, Integer> usualRoles;

  TokenizerKind(String model, Map<SpecialRole, Integer> usualRoles) {
    this.model = model;
    this.usualRoles = Map.copyOf(usualRoles);
  }

  static TokenizerKind of(Metadata metadata) {
    String model = metadata.string(VocabularyReader.MODEL);
    for (TokenizerKind kind : values()) {
      if (kind.model.equals(model)) {
        return kind;
      }
    }
    String known = Arrays.stream(values()).map(kind -> kind.model).collect(Collectors.joining(", "));
    throw new UnsupportedModelException(
        "%s: key %s: tokenizer '%s' is not supported, expected one of: %s"
            .formatted(metadata.origin(), VocabularyReader.MODEL, model, known));
  }

  /** Ids where the metadata says nothing. */
  Map<SpecialRole, Integer> usualRoles() {
    return usualRoles;
  }
}
