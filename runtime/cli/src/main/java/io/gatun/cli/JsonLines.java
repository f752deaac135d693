package io.gatun.cli;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import io.gatun.text.template.TemplateException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** Answers standard input line by line: one JSON value in, one out, in order; a bad line gets {@code {"error":…}}. */
final class JsonLines {
  private JsonLines() {}

  /** Empty lines are passed over. The output is flushed when no further input is waiting. */
  static void run(Console console, Function<JsonNode, JsonNode> answer) {
    try (var lines = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          console.out().text(Json.text(answered(line, answer)) + "\n");
        }
        if (!lines.ready()) {
          console.out().flush();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read standard input: " + e.getMessage(), e);
    }
    console.out().flush();
  }

  private static JsonNode answered(String line, Function<JsonNode, JsonNode> answer) {
    try {
      return answer.apply(Json.parse(line, "the line"));
    } catch (UsageException | IllegalArgumentException | TemplateException e) {
      return Json.object().put("error", Failure.of(e).message());
    }
  }
}
