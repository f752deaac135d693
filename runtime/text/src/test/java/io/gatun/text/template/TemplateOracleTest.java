package io.gatun.text.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/**
 * Every template of the reference data, to the byte: where Python's Jinja renders one, so do we, and the same; where it
 * raises an error, so do we. There are no exceptions to that.
 */
class TemplateOracleTest {

  @TestFactory
  Stream<DynamicTest> unit() {
    return named(Rendering.lines(Oracle.require("templates/jinja-unit.jsonl")), TemplateOracleTest::renders);
  }

  /** Cases for the language as a whole, with what Python's Jinja makes of them. */
  @TestFactory
  Stream<DynamicTest> python() {
    return named(Rendering.lines(Oracle.require("templates/python.jsonl")), TemplateOracleTest::renders);
  }

  @TestFactory
  Stream<DynamicTest> chatTemplates() {
    return named(
        Rendering.lines(found("templates/chat-template.jsonl")),
        line ->
            agrees(
                line.get("python_jinja2"),
                () -> ChatTemplate.text(template(line).render(Rendering.input(variables(line))))));
  }

  @TestFactory
  Stream<DynamicTest> chatTemplatesAsLlamaCppRendersThem() {
    return named(
        Rendering.lines(found("templates/chat-template.jsonl"))
            .filter(line -> !line.get("expected_llama_jinja").isNull()), // llama.cpp tests it without Jinja only
        line -> {
          var prompt = template(line).render(Rendering.input(variables(line)), EnumSet.allOf(LlamaLayer.class));
          assertEquals(line.get("expected_llama_jinja").stringValue(), ChatTemplate.text(prompt));
        });
  }

  @TestFactory
  Stream<DynamicTest> realTemplates() {
    Path folder = found("templates/real-templates.jsonl").resolveSibling(".");
    JsonNode scenarios = Oracle.json(folder.resolve("scenarios.json"));
    var count = new AtomicInteger();
    return Rendering.lines(folder.resolve("real-templates.jsonl"))
        .map(
            line -> {
              String scenario = line.get("scenario").stringValue();
              String name = "%d %s %s".formatted(count.incrementAndGet(), line.get("name").stringValue(), scenario);
              String template = Rendering.read(folder.resolve(line.get("template_file").stringValue()));
              ChatInput input = Rendering.input(scenarios.get(scenario));
              return DynamicTest.dynamicTest(
                  name, () -> agrees(line, () -> ChatTemplate.text(ChatTemplate.parse(template).render(input))));
            });
  }

  private static Path found(String file) {
    return Oracle.find(file).orElseGet(() -> Assumptions.abort(Oracle.missing(file)));
  }

  /** One line of reference data. */
  private interface Check {
    void run(JsonNode line);
  }

  private static Stream<DynamicTest> named(Stream<JsonNode> lines, Check check) {
    var count = new AtomicInteger();
    return lines.map(
        line -> {
          String name = line.path("name").asString(line.path("template").asString());
          String shown = name.replace('\n', ' ');
          return DynamicTest.dynamicTest(
              count.incrementAndGet() + " " + shown.substring(0, Math.min(60, shown.length())), () -> check.run(line));
        });
  }

  private static ChatTemplate template(JsonNode line) {
    return ChatTemplate.parse(line.get("template").stringValue());
  }

  /** The fields of a line that are variables of its template. */
  private static JsonNode variables(JsonNode line) {
    var variables = Oracle.json("{}");
    for (String name : new String[] {"messages", "add_generation_prompt", "bos_token", "eos_token"}) {
      ((tools.jackson.databind.node.ObjectNode) variables).set(name, line.get(name));
    }
    return variables;
  }

  private static void renders(JsonNode line) {
    JsonNode python = line.has("python_jinja2") ? line.get("python_jinja2") : line;
    agrees(
        python,
        () -> Rendering.text(line.get("template").stringValue(), Rendering.variables(line.get("vars"))));
  }

  /** Renders something. */
  private interface Render {
    String text();
  }

  private static void agrees(JsonNode expected, Render render) {
    if (expected.has("expected")) {
      assertEquals(expected.get("expected").stringValue(), render.text());
    } else {
      assertTrue(expected.has("error"), expected.toString());
      assertThrows(TemplateException.class, render::text, expected.get("error").toString());
    }
  }
}
