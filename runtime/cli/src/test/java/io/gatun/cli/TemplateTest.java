package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateTest {
  private static final String CONVERSATION =
      "{\"messages\":[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":\"é {{ 1 }}\"}],"
          + "\"bos_token\":\"<s>\",\"now\":\"2026-08-22T13:37:00\"}";

  @TempDir Path folder;

  private Path file(String template) throws IOException {
    return Files.writeString(folder.resolve("t.jinja"), template);
  }

  @Test
  void thePromptByteForByte() throws IOException {
    Path template = file("{{ bos_token }}{{ strftime_now('%d %b %Y') }}\n{{ messages[1].content }}\n\n");
    var result =
        Program.gatun("template", "--template", template).input(CONVERSATION).environment("LC_ALL", "C").launch();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals("<s>22 Aug 2026\né {{ 1 }}\n", result.text());
  }

  @Test
  void llamaLayersOnlyWhereAskedFor() throws IOException {
    Path template =
        file("{{ bos_token }}<s>{% for m in messages if m.role == 'user' %}[{{ m.content }}]{% endfor %}");
    assertEquals(
        "<s><s>[é {{ 1 }}]", Program.gatun("template", "--template", template).input(CONVERSATION).run().text());
    assertEquals(
        "<s>[S\né {{ 1 }}]",
        Program.gatun("template", "--template", template, "--llama-layers").input(CONVERSATION).run().text());
  }

  @Test
  void linesBringTheirTemplatesAndTheirErrors() {
    var result =
        Program.gatun("template", "--jsonl")
            .input(
                """
                {"template":"{{ x * 2 }}","x":21}
                {"template":"{{"}
                {"x":1}
                []
                {"template":"{{ raise_exception('no') }}"}
                {"template":"{{ 1 }}","now":"noon"}
                """)
            .run();
    assertEquals(0, result.exitCode(), result.error());
    List<String> lines = result.text().lines().toList();
    assertEquals("{\"text\":\"42\"}", lines.get(0));
    assertTrue(error(lines.get(1)).startsWith("line 1, column 3: TemplateSyntaxError"), lines.get(1));
    assertTrue(error(lines.get(2)).contains("\"template\""), lines.get(2));
    assertTrue(error(lines.get(3)).contains("object"), lines.get(3));
    assertEquals("line 1, column 19: TemplateError: no", error(lines.get(4)));
    assertTrue(error(lines.get(5)).contains("noon"), lines.get(5));
    assertEquals(6, lines.size());
    assertEquals(List.of(), result.errors());
  }

  private static String error(String line) {
    return Oracle.json(line).get("error").stringValue();
  }

  @Test
  void whatGoesWrongHasItsExitCode() throws IOException {
    assertEquals(3, Program.gatun("template", "--template", file("{% if %}")).input("{}").run().exitCode());
    assertEquals(1, Program.gatun("template", "--template", file("{{ x.y.z }}")).input("{}").run().exitCode());
    assertEquals(2, Program.gatun("template", "--template", folder.resolve("none")).input("{}").run().exitCode());
    assertEquals(2, Program.gatun("template", "--template", file("a")).input("[").run().exitCode());
    assertEquals(2, Program.gatun("template").input("{}").run().exitCode());
    var without = Program.gatun("template", "-m", Models.stories()).input("{}").run();
    assertEquals(2, without.exitCode());
    assertTrue(without.error().contains("chat template"), without.error());
  }
}
