package io.gatun.text;

import io.gatun.tensors.Metadata;
import java.util.LinkedHashMap;

/** Metadata under {@code tokenizer.ggml.}, made for a test. */
final class Keys {
  private final LinkedHashMap<String, Metadata.Value> values = new LinkedHashMap<>();

  Keys with(String key, Object content) {
    values.put("tokenizer.ggml." + key, new Metadata.Value(content.getClass().getSimpleName(), content));
    return this;
  }

  Keys tokens(String... tokens) {
    return with("tokens", tokens);
  }

  /** A key outside {@code tokenizer.ggml.}. */
  Keys general(String key, String content) {
    values.put("general." + key, new Metadata.Value("str", content));
    return this;
  }

  Metadata build() {
    return new Metadata("here.gguf", values);
  }
}
