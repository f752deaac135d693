package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TokenizeTest {

  @Test
  void wholeTextAndBack() {
    String text = " Once é 日本\nTim";
    var ids = Program.gatun("tokenize", "-m", Models.stories()).input(text).launch();
    assertEquals(0, ids.exitCode(), ids.error());
    assertTrue(ids.text().matches("\\[\\d+(,\\d+)*]\n"), ids.text());
    var back = Program.gatun("detokenize", "-m", Models.stories()).input(ids.text()).environment("LC_ALL", "C").launch();
    assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), back.output());
  }

  @Test
  void bosOnlyWhereAskedForAndShownOnlyWhereAskedFor() {
    assertEquals("[1,403]\n", Program.gatun("tokenize", "-m", Models.stories(), "--add-special").input("Once").run().text());
    assertEquals("[403]\n", Program.gatun("tokenize", "-m", Models.stories()).input("Once").run().text());
    assertEquals("Once", Program.gatun("detokenize", "-m", Models.stories()).input("[403]").run().text());
    assertEquals("<s> Once", Program.gatun("detokenize", "-m", Models.stories(), "--special").input("[1, 403]").run().text());
  }

  @Test
  void linesInTheOrderTheyCameAndABadLineIsItsOwnError() {
    var result =
        Program.gatun("tokenize", "-m", Models.stories(), "--jsonl")
            .input("{\"text\":\"Once\"}\n\nnot json\n{\"txt\":1}\n{\"text\":\"Once\"}")
            .run();
    assertEquals(0, result.exitCode(), result.error());
    List<String> lines = result.text().lines().toList();
    assertEquals(4, lines.size(), result.text());
    assertEquals("{\"ids\":[403]}", lines.get(0));
    assertTrue(Oracle.json(lines.get(1)).get("error").stringValue().contains("JSON"), lines.get(1));
    assertTrue(Oracle.json(lines.get(2)).get("error").stringValue().contains("\"text\""), lines.get(2));
    assertEquals("{\"ids\":[403]}", lines.get(3));
    assertEquals(List.of(), result.errors());
  }

  @Test
  void detokenizedLinesAreHex() {
    var result =
        Program.gatun("detokenize", "-m", Models.stories(), "--jsonl").input("{\"ids\":[403]}\n{\"ids\":[9999]}\n{}\n").run();
    List<String> lines = result.text().lines().toList();
    assertEquals("{\"hex\":\"4f6e6365\"}", lines.get(0));
    assertTrue(Oracle.json(lines.get(1)).get("error").stringValue().contains("9999"));
    assertTrue(Oracle.json(lines.get(2)).has("error"));
    assertEquals(0, result.exitCode());
  }

  @Test
  void badInputIsWrongUsage() {
    assertEquals(2, Program.gatun("detokenize", "-m", Models.stories()).input("[1,").run().exitCode());
    assertEquals(2, Program.gatun("detokenize", "-m", Models.stories()).input("").run().exitCode());
    assertEquals(2, Program.gatun("detokenize", "-m", Models.stories()).input("[512]").run().exitCode());
    assertEquals(2, Program.gatun("detokenize", "-m", Models.stories()).input("[1.5]").run().exitCode());
  }

  @Test
  void aVocabularyAloneIsEnough(@TempDir Path folder) throws IOException {
    Path vocabulary = folder.resolve("qwen2.gguf");
    try (var packed = new GZIPInputStream(Files.newInputStream(Oracle.require("tokenizer/vocab/qwen2.gguf.gz")))) {
      Files.copy(packed, vocabulary);
    }
    var input = new StringBuilder();
    var expected = new StringBuilder();
    for (String line : Files.readAllLines(Oracle.require("tokenizer/qwen2.nospecial.jsonl"))) {
      JsonNode known = Oracle.json(line);
      input.append(line).append('\n');
      expected.append(known.get("ids")).append('\n');
    }
    var result = Program.gatun("tokenize", "-m", vocabulary, "--jsonl").input(input.toString()).run();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals(expected.toString(), result.text().replaceAll("\\{\"ids\":(.*)}", "$1"));
  }
}
