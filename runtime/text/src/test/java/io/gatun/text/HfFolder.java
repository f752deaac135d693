package io.gatun.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A {@code tokenizer.json} made for a test. */
final class HfFolder {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Map<String, Object> top = new LinkedHashMap<>();
  private final List<Map<String, Object>> added = new ArrayList<>();

  HfFolder(Map<String, Object> model) {
    top.put("version", "1.0");
    top.put("added_tokens", added);
    top.put("model", model);
  }

  /** A component of a type, and the members of it by turns a name and a value. */
  static Map<String, Object> part(String type, Object... members) {
    var part = new LinkedHashMap<String, Object>();
    part.put("type", type);
    for (int i = 0; i < members.length; i += 2) {
      part.put((String) members[i], members[i + 1]);
    }
    return part;
  }

  static Map<String, Object> regex(String pattern) {
    return Map.of("Regex", pattern);
  }

  static Map<String, Object> literal(String pattern) {
    return Map.of("String", pattern);
  }

  /** Bytes, each a token, of which the words end in a mark: the ids show the normalized text and where it was cut. */
  static HfFolder transparent() {
    var vocab = new LinkedHashMap<String, Object>();
    vocab.put("<unk>", 0);
    for (int b = 0; b < ByteTokens.COUNT; b++) {
      vocab.put(ByteTokens.spelling(b), b + 1);
    }
    return new HfFolder(
        part(
            "BPE", "vocab", vocab, "merges", List.of(), "byte_fallback", true, "unk_token", "<unk>", "end_of_word_suffix", "\u0001"));
  }

  HfFolder with(String name, Map<String, Object> component) {
    top.put(name, component);
    return this;
  }

  /** Adds a token; the flags that are named are set. */
  HfFolder add(int id, String content, String... flags) {
    var token = new LinkedHashMap<String, Object>();
    token.put("id", id);
    token.put("content", content);
    for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized", "special")) {
      token.put(flag, List.of(flags).contains(flag));
    }
    added.add(token);
    return this;
  }

  String json() {
    return MAPPER.writeValueAsString(top);
  }

  static String json(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  Path write(Path folder) {
    return write(folder, TokenizerJson.NAME, json());
  }

  /** Writes a file and returns its folder. */
  static Path write(Path folder, String name, String content) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(name), content);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
