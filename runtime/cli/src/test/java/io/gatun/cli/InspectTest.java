package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

  /** Tied embeddings are read as the head; 5 layers of 4 heads of 8 values cache 640 bytes a token in f16, in pages of 64. */
  @Test
  void saysWhatItNeeds() {
    JsonNode json = Oracle.json(Program.gatun("inspect", Models.stories(), "--json", "-c", "100").run().text());
    assertEquals("llama, 5 layers of width 64", json.get("family").stringValue());
    assertEquals(json.get("parameters").longValue(), json.get("active_parameters").longValue());
    assertEquals(4 * json.get("parameters").longValue(), json.get("weight_bytes_per_token").longValue());
    assertEquals(100, json.get("memory").get("context").intValue());
    assertEquals(128 * 640, json.get("memory").get("cache_bytes").intValue());
    assertTrue(json.get("expected_tg_tps").doubleValue() > 0);
    assertEquals(2, Program.gatun("inspect", Models.stories(), "-c", "0").run().exitCode());
  }

  @Test
  void expertsAreReadWhereTheyAreChosen() {
    assumeTrue(Oracle.find("models/gpt-oss.gguf").isPresent(), Oracle.missing("models/gpt-oss.gguf"));
    var file = Oracle.require("models/gpt-oss.gguf");
    JsonNode json = Oracle.json(Program.gatun("inspect", file, "--json", "--tensors").run().text());
    long active = 0;
    long bytes = 0;
    for (JsonNode tensor : json.get("tensors")) {
      long values = 1;
      for (JsonNode size : tensor.get("shape")) {
        values *= size.longValue();
      }
      int share = tensor.get("name").stringValue().contains("_exps") ? 2 : 1; // 4 of 8 are chosen
      active += values / share;
      bytes += tensor.get("bytes").longValue() / (tensor.get("name").stringValue().equals("token_embd.weight") ? 512 : share);
    }
    assertEquals(active, json.get("active_parameters").longValue());
    assertEquals(bytes, json.get("weight_bytes_per_token").longValue());
    assertTrue(json.get("family").stringValue().endsWith(", 4 of 8 experts"), json.get("family").toString());
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
    var text = Program.gatun("inspect", "--hardware").launch();
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
    var version = Program.gatun("--version").launch();
    assertEquals(0, version.exitCode());
    assertTrue(version.text().matches("gatun \\S+ \\(kernels: .+\\)\n"), version.text());
    String list = Program.gatun("help").launch().text();
    for (String command : List.of("chat", "run", "tokenize", "detokenize", "logits", "dequantize", "inspect")) {
      var help = Program.gatun("help", command).run();
      assertEquals(0, help.exitCode(), command);
      assertTrue(help.text().contains("Usage: gatun " + command), help.text());
      assertTrue(list.contains("  " + command), command);
    }
    assertEquals(2, Program.gatun("help", "nothing").run().exitCode());
  }
}
