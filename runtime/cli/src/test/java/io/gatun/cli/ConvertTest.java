package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.gguf.GgufFile;
import io.gatun.model.hf.HfModel;
import io.gatun.oracle.Npy;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Metadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The command that makes a GGUF file of a folder of safetensors. */
class ConvertTest {
  private static final String PROMPT = "Once upon a time";
  private static final int TOKENS = 60;

  @TempDir Path folder;

  private Path stories(Encoding encoding) throws IOException {
    return LlamaFolder.write(Models.stories(), encoding, folder.resolve("stories"));
  }

  private static String text(Path model) {
    var result =
        Program.gatun("run", "-m", model, "-p", PROMPT, "-n", TOKENS, "--temp", 0, "--activations", "f32").run();
    assertEquals(0, result.exitCode(), result.error());
    return result.text();
  }

  private float[] logits(Path model) {
    Path out = folder.resolve("logits.npy");
    assertEquals(0, Program.gatun("logits", "-m", model, "--ids", "1,403,407,261,378", "--activations", "f32", "--out", out).run().exitCode());
    return Npy.read(out).values();
  }

  @Test
  void theFileIsTheSameModel() throws IOException {
    Path source = stories(Encodings.F32);
    Path gguf = folder.resolve("stories.gguf");
    var result = Program.gatun("convert", source, gguf).launch();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals(gguf + ": llama, tensors: 47 F32, 1.04 MB\n", result.text());
    assertEquals(List.of(), result.errors());
    String expected = text(Models.stories());
    assertEquals(expected, text(source));
    assertEquals(expected, text(gguf));
    assertArrayEquals(logits(source), logits(gguf), 1e-4f);
    assertArrayEquals(logits(Models.stories()), logits(gguf), 1e-5f);
  }

  /** Loads elsewhere, cuts the prompt into the same tokens, and goes on with the same text. */
  @Test
  void llamaCppGoesOnWithTheSameText() throws Exception {
    Path gguf = folder.resolve("stories.gguf");
    for (Encoding encoding : List.of(Encodings.F32, Encodings.F16, Encodings.BF16)) {
      assertEquals(0, Program.gatun("convert", stories(encoding), gguf, "--force").run().exitCode());
      var peer = LlamaCpp.continuation(gguf, PROMPT, TOKENS, folder);
      var ids = Program.gatun("tokenize", "-m", gguf).input(PROMPT).run().text();
      assertEquals(JsonMapper.shared().readTree(ids), JsonMapper.shared().valueToTree(peer.ids()));
      assertEquals(text(gguf).strip(), peer.text().strip(), encoding.id());
    }
  }

  /** The default one, those for a purpose, and the names of these. */
  @Test
  void allTemplatesGoAlong() throws IOException {
    Path source = stories(Encodings.F32);
    Files.writeString(source.resolve("chat_template.jinja"), "{{ bos_token }}{{ messages[0].content }}");
    Path more = Files.createDirectory(source.resolve("additional_chat_templates"));
    Files.writeString(more.resolve("tool_use.jinja"), "{{ tools | length }} tools");
    Files.writeString(more.resolve("rag.jinja"), "{{ documents | length }} documents");
    Path gguf = folder.resolve("stories.gguf");
    assertEquals(0, Program.gatun("convert", source, gguf).run().exitCode());
    var expected = templates(source);
    assertEquals(4, expected.size());
    assertEquals(expected, templates(gguf));
    String chat = "{\"messages\":[{\"role\":\"user\",\"content\":\"Once\"}]}";
    assertEquals("<s>Once", Program.gatun("template", "-m", gguf).input(chat).run().text());
  }

  private static Map<String, Object> templates(Path path) throws IOException {
    var templates = new TreeMap<String, Object>();
    try (Checkpoint checkpoint = Files.isDirectory(path) ? HfModel.open(path) : GgufFile.open(path)) {
      Metadata metadata = checkpoint.metadata();
      metadata.keys().stream()
          .filter(key -> key.startsWith("tokenizer.chat_template"))
          .forEach(
              key -> templates.put(key, key.endsWith("s") ? metadata.strings(key) : metadata.string(key)));
    }
    return templates;
  }

  @Test
  void whatIsThereStaysUnlessItIsToBeReplaced() throws IOException {
    Path source = stories(Encodings.F32);
    Path gguf = folder.resolve("stories.gguf");
    Files.writeString(gguf, "precious");
    fails(2, gguf + ": is there already; --force replaces it", source, gguf);
    assertEquals("precious", Files.readString(gguf));
    assertEquals(0, Program.gatun("convert", "--force", source, gguf).run().exitCode());
    assertTrue(Files.size(gguf) > 1_000_000);
    fails(2, source + ": is a folder, expected the name of a GGUF file", source, source);
    fails(2, folder.resolve("no") + ": no such folder to write to", source, folder.resolve("no/stories.gguf"));
    fails(2, gguf + ": is a GGUF file already", gguf, folder.resolve("other.gguf"));
    fails(2, "nowhere: no such folder", "nowhere", folder.resolve("other.gguf"));
    fails(2, "OUT.gguf", source);
  }

  private static void fails(int exitCode, String says, Object... arguments) {
    var result = Program.gatun(Stream.concat(Stream.of("convert"), Arrays.stream(arguments)).toArray()).run();
    assertEquals(exitCode, result.exitCode(), result.error());
    assertEquals("", result.text());
    assertEquals(1, result.errors().size(), result.error());
    assertTrue(result.error().contains(says), result.error());
  }

  /** Nothing is left of a conversion that fails. */
  @Test
  void aFolderThatIsNoModel() throws IOException {
    Path source = stories(Encodings.F32);
    Path gguf = folder.resolve("stories.gguf");
    Path weights = source.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
    fails(3, "model.safetensors", source, gguf);
    Files.write(weights, whole);
    LlamaFolder.configure(source, "model_type", "nonesuch");
    fails(4, "model_type 'nonesuch' is not supported", source, gguf);
    LlamaFolder.configure(source, "model_type", "llama");
    Files.writeString(source.resolve("tokenizer.json"), "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"<unk>\":0}}}");
    fails(4, "GGUF has no kind of tokenizer for this one", source, gguf);
    Files.delete(source.resolve("config.json"));
    fails(4, "config.json", source, gguf);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(source), left.toList());
    }
  }
}
