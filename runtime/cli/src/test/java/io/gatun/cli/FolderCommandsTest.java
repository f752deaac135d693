package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Commands take a folder where they take a GGUF file. */
class FolderCommandsTest {
  @TempDir static Path folder;
  private static Path model = Path.of("");

  @BeforeAll
  static void write() throws IOException {
    model = StoriesFolder.write(folder.resolve("stories ü"), 0);
  }

  private static String text(String input, Object... arguments) {
    var result = Program.gatun(arguments).input(input).run();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals(List.of(), result.errors());
    return result.text();
  }

  private static JsonNode reference() {
    return Oracle.json(Oracle.require("models/stories260K.bos.json")).path("f32math");
  }

  private static Npy logits(Path of, Object... options) {
    Path out = folder.resolve("logits.npy");
    var arguments = new Object[options.length + 5];
    System.arraycopy(options, 0, arguments, 5, options.length);
    System.arraycopy(new Object[] {"logits", "-m", of, "--out", out}, 0, arguments, 0, 5);
    text("", arguments);
    return Npy.read(out);
  }

  @Test
  void theReferencesText() {
    Object[] run = {"run", "-m", model, "--ids", 1, "-n", 200, "--temp", 0, "--activations", "f32", "--json"};
    assertEquals(reference().path("ids"), Oracle.json(text("", run)).path("ids"));
  }

  @Test
  void aLoneFileBesideItsConfiguration() {
    Object[] run = {"run", "-m", model.resolve("model.safetensors"), "-p", "Once", "-n", 20, "--temp", 0};
    String file = text("", run);
    run[2] = Models.stories();
    assertEquals(text("", run), file);
  }

  @Test
  void tokensAndTheirText() {
    String ids = text("Once upon a time, Zoë", "tokenize", "-m", model, "--add-special");
    assertEquals(text("Once upon a time, Zoë", "tokenize", "-m", Models.stories(), "--add-special"), ids);
    assertEquals("Once upon a time, Zoë", text(ids, "detokenize", "-m", model));
  }

  @Test
  void numbers() {
    Object[] options = {"--ids", "1,403,407", "--all", "--activations", "f32"};
    Npy found = logits(model, options);
    Npy expected = logits(Models.stories(), options);
    assertEquals(expected.shape(), found.shape());
    assertArrayEquals(expected.values(), found.values(), 2e-5f);
    Path out = folder.resolve("numbers.npy");
    text("", "embed", "-m", model, "--ids", "1,403", "--out", out);
    assertEquals(List.of(64), Npy.read(out).shape());
    text("", "dequantize", model, "model.layers.4.self_attn.k_proj", "--out", out);
    assertEquals(List.of(32, 64), Npy.read(out).shape());
  }

  @Test
  void measures() {
    Path text = Oracle.require("perplexity/text.txt");
    JsonNode expected = Oracle.json(Oracle.require("perplexity/perplexity.json")).get("models").get("stories260K.gguf");
    String measured =
        text("", "perplexity", "-m", model, "-f", text, "--ctx", 256, "--activations", "f32", "--json");
    double reference = expected.get("f32math_ppl").doubleValue();
    assertEquals(reference, Oracle.json(measured).get("ppl").doubleValue(), 1e-4 * reference);
    JsonNode bench = Oracle.json(text("", "bench", "-m", model, "-p", 16, "-n", 8, "-r", 1, "--json"));
    assertTrue(bench.get("tg_tps").doubleValue() > 0, bench.toString());
  }

  @Test
  void isInspected() {
    var result = Program.gatun("inspect", model, "--json").launch();
    assertEquals(0, result.exitCode(), result.error());
    JsonNode found = Oracle.json(result.text());
    assertTrue(found.get("supported").booleanValue(), found.toString());
    assertEquals("llama", found.get("architecture").stringValue());
    assertEquals(512, found.get("context_length").intValue());
    assertEquals(512, found.get("vocabulary_size").intValue());
  }

  @Test
  void itsTemplateIsRenderedAndChattedWith() throws IOException {
    Path chatting = StoriesFolder.write(folder.resolve("chatting"), 0);
    Files.writeString(
        chatting.resolve("chat_template.jinja"),
        "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}");
    Files.writeString(
        chatting.resolve("tokenizer_config.json"),
        "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\",\"add_bos_token\":true}");
    String conversation = "{\"messages\":[{\"role\":\"user\",\"content\":\"Once upon\"}]}";
    assertEquals("<s>Once upon", text(conversation, "template", "-m", chatting));
    Object[] options = {"run", "-m", chatting, "-p", "Once upon", "-n", 20, "--temp", 0, "--chat"};
    String chat = text("", options);
    assertEquals(text("", "run", "-m", model, "-p", "Once upon", "-n", 20, "--temp", 0), chat);
    assertTrue(text("Once upon\n", "chat", "-m", chatting, "-n", 20, "--temp", 0).contains(chat.strip()), chat);
  }

  /** Rows that pad the table would win every draw. */
  @Test
  void rowsOfPaddingAreNoTokens() throws IOException {
    Path padded = StoriesFolder.write(folder.resolve("padded"), 8);
    assertEquals(List.of(520), logits(padded, "--ids", "1,403").shape());
    Object[] run = {"run", "-m", padded, "--ids", 1, "-n", 40, "--temp", 0, "--activations", "f32", "--json"};
    JsonNode found = Oracle.json(text("", run)).path("ids");
    for (int i = 0; i < 40; i++) {
      assertEquals(reference().path("ids").get(i), found.get(i), "token " + i);
    }
    var refused = Program.gatun("run", "-m", padded, "--ids", 515, "-n", 1).run();
    assertEquals(2, refused.exitCode(), refused.error());
  }

  @Test
  void aFolderWithoutAModel() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    var result = Program.gatun("run", "-m", empty, "-p", "x").run();
    assertEquals(2, result.exitCode());
    assertTrue(result.error().contains(empty + ": is a folder without .safetensors files"), result.error());
  }
}
