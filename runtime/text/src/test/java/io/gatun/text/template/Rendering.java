package io.gatun.text.template;

import io.gatun.oracle.Oracle;
import io.gatun.text.TextRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Templates as tests render them, at the time of the reference data. */
public final class Rendering {
  static final LocalDateTime NOW = LocalDateTime.of(2026, 8, 22, 13, 37);

  private Rendering() {}

  static String text(String template, Map<String, ?> variables) {
    return ChatTemplate.text(runs(template, variables));
  }

  static List<TextRun> runs(String template, Map<String, ?> variables) {
    return Template.parse(template).render(Map.of(), variables, () -> NOW);
  }

  /** A conversation as reference data have it: tokens apart from what people said. */
  public static ChatInput input(JsonNode variables) {
    var others = new LinkedHashMap<String, @Nullable Object>();
    var tokens = new LinkedHashMap<String, String>();
    for (var variable : variables.properties()) {
      if (variable.getKey().endsWith("_token")) {
        tokens.put(variable.getKey(), variable.getValue().stringValue());
      } else {
        others.put(variable.getKey(), plain(variable.getValue()));
      }
    }
    return new ChatInput(others, tokens, () -> NOW);
  }

  static Map<String, ?> variables(JsonNode object) {
    var all = new LinkedHashMap<String, @Nullable Object>();
    object.properties().forEach(field -> all.put(field.getKey(), plain(field.getValue())));
    return all;
  }

  static @Nullable Object plain(JsonNode node) {
    if (node.isObject()) {
      return variables(node);
    }
    if (node.isArray()) {
      var list = new ArrayList<@Nullable Object>();
      node.forEach(item -> list.add(plain(item)));
      return list;
    }
    if (node.isNumber()) {
      return node.isIntegralNumber() ? node.bigIntegerValue() : (Object) node.doubleValue();
    }
    return node.isNull() ? null : node.isBoolean() ? (Object) node.booleanValue() : node.stringValue();
  }

  static Stream<JsonNode> lines(Path file) {
    return read(file).lines().map(Oracle::json);
  }

  public static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
