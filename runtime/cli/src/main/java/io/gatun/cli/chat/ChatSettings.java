package io.gatun.cli.chat;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is set for a model's chat template, and whether its reasoning is shown. Immutable.
 *
 * @param variables of the template
 * @param reasoning what becomes of what the model thinks before it answers
 */
public record ChatSettings(Map<String, @Nullable Object> variables, Reasoning reasoning) {
  public static final ChatSettings STANDARD = new ChatSettings(Map.of(), Reasoning.STANDARD);

  /** What becomes of what the model thinks before it answers. */
  public enum Reasoning {
    /** Nothing was said: shown in a conversation, not by {@code run}. */
    STANDARD,
    SHOWN,
    HIDDEN
  }

  public ChatSettings {
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
  }

  /** Whether nothing is set. */
  public boolean isStandard() {
    return variables.isEmpty() && reasoning == Reasoning.STANDARD;
  }

  /**
   * How the model shall think: on, off or hide; or how much: low, medium or high.
   *
   * @throws UsageException for another word
   */
  public ChatSettings think(String word) {
    return switch (word) {
      case "on", "true", "yes" -> with("enable_thinking", true).shown(Reasoning.SHOWN);
      case "off", "false", "no" -> with("enable_thinking", false).shown(Reasoning.SHOWN);
      case "hide" -> shown(Reasoning.HIDDEN);
      case "low", "medium", "high" -> with("enable_thinking", true).effort(word).shown(Reasoning.SHOWN);
      default -> throw new UsageException("think '%s': expected on, off, hide, low, medium or high".formatted(word));
    };
  }

  /** How much the model shall think, in a word that its template knows. */
  public ChatSettings effort(String word) {
    return with("reasoning_effort", word);
  }

  /**
   * Variables of the template: {@code NAME=VALUE}, the value in JSON or else a text, or a JSON object with several.
   *
   * @throws UsageException if it is neither
   */
  public ChatSettings variables(String typed) {
    if (typed.stripLeading().startsWith("{")) {
      var all = this;
      for (var entry : Json.parse(typed, "the template's variables").properties()) {
        all = all.with(entry.getKey(), Json.plain(entry.getValue()));
      }
      return all;
    }
    int equals = typed.indexOf('=');
    if (equals < 1) {
      throw new UsageException("template variable '%s': expected NAME=VALUE or a JSON object".formatted(typed));
    }
    return with(typed.substring(0, equals), value(typed.substring(equals + 1)));
  }

  private static @Nullable Object value(String typed) {
    try {
      JsonNode json = Json.parse(typed, "the value");
      return Json.plain(json);
    } catch (UsageException e) {
      return typed; // a text needs no quotes
    }
  }

  private ChatSettings with(String name, @Nullable Object value) {
    var all = new LinkedHashMap<>(variables);
    all.put(name, value);
    return new ChatSettings(all, reasoning);
  }

  private ChatSettings shown(Reasoning treatment) {
    return new ChatSettings(variables, treatment);
  }
}
