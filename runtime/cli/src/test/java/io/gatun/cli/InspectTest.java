package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class InspectTest {

  @Test
  void saysWhatAFileIs() {
    var result = Program.gatun("inspect", Models.stories(), "--tensors").run();
    assertEquals(0, result.exitCode(), result.error());
    List<String> lines = result.text().lines().toList();
    assertTrue(lines.contains("format: GGUF v3"), result.text());
    assertTrue(lines.contains("architecture: llama"), result.text());
    assertTrue(lines.contains("supported: yes"), result.text());
    assertTrue(lines.contains("  llama.context_length: u32 512"), result.text());
    assertTrue(lines.contains("  token_embd.weight: f32 [512, 64], 131 kB"), result.text());
    assertTrue(lines.stream().allMatch(line -> line.length() < 200), "long arrays are abbreviated");
  }

  @Test
  void saysItAsOneObject() {
    var result = Program.gatun("inspect", Models.stories(), "--json", "--tensors").run();
    JsonNode json = Oracle.json(result.text());
    assertEquals(1, result.text().lines().count());
    assertTrue(json.get("supported").booleanValue());
    assertEquals("llama", json.get("architecture").stringValue());
    assertEquals(512, json.get("metadata").get("tokenizer.ggml.tokens").get("length").intValue());
    assertEquals(json.get("tensor_count").intValue(), json.get("tensors").size());
    assertEquals("[512,64]", json.get("tensors").get(0).get("shape").toString());
  }

  @Test
  void whatIsNotSupportedIsNoErrorHere() {
    var unknown = Program.gatun("inspect", Oracle.require("malformed/files/arch-unknown.gguf"), "--json").run();
    assertEquals(0, unknown.exitCode(), unknown.error());
    assertFalse(Oracle.json(unknown.text()).get("supported").booleanValue());
    assertTrue(Oracle.json(unknown.text()).get("reason").stringValue().contains("arch"), unknown.text());
    var vocabulary = Program.gatun("inspect", Oracle.require("tokenizer/vocab/stories.gguf")).run();
    assertEquals(0, vocabulary.exitCode(), vocabulary.error());
    assertTrue(vocabulary.text().contains("\nsupported: no: "), vocabulary.text());
    assertTrue(vocabulary.text().contains("\nvocabulary: 512\n"), vocabulary.text());
  }

  @Test
  void saysWhatThisComputerIs() {
    var text = Program.gatun("inspect", "--hardware").run();
    assertEquals(0, text.exitCode(), text.error());
    assertTrue(text.text().contains("device cpu: usable\n  kernels: "), text.text());
    JsonNode json = Oracle.json(Program.gatun("inspect", "--hardware", "--json").run().text());
    assertTrue(json.get("cores").intValue() > 0);
    assertEquals("cpu", json.get("devices").get(0).get("id").stringValue());
  }

  @Test
  void aFileOrTheHardware() {
    assertEquals(2, Program.gatun("inspect").run().exitCode());
    assertEquals(2, Program.gatun("inspect", Models.stories(), "--hardware").run().exitCode());
  }

  @Test
  void versionAndHelp() {
    var version = Program.gatun("--version").run();
    assertEquals(0, version.exitCode());
    assertTrue(version.text().matches("gatun \\S+ \\(kernels: .+\\)\n"), version.text());
    String list = Program.gatun("help").run().text();
    for (String command : List.of("chat", "run", "tokenize", "detokenize", "logits", "dequantize", "inspect")) {
      var help = Program.gatun("help", command).run();
      assertEquals(0, help.exitCode(), command);
      assertTrue(help.text().contains("Usage: gatun " + command), help.text());
      assertTrue(list.contains("  " + command), command);
    }
    assertEquals(2, Program.gatun("help", "nothing").run().exitCode());
  }
}
