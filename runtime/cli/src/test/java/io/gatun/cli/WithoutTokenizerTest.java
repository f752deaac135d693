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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The story model without its tokenizer, as a folder and as a GGUF file. */
class WithoutTokenizerTest {
  private static final String RUN = "run --ids 1,403,407 -n 20 --temp 0 --activations f32";

  @TempDir Path folder;
  private Path source = Path.of("");
  private Path gguf = Path.of("");

  @BeforeEach
  void models() throws IOException {
    source = StoriesFolder.write(folder.resolve("stories"), 0);
    Files.delete(source.resolve("tokenizer.model"));
    gguf = folder.resolve("stories.gguf");
    var converted = Program.gatun("convert", source, gguf).run();
    assertEquals(0, converted.exitCode(), converted.error());
    assertEquals(
        List.of("gatun: warning: " + source + ": has no tokenizer, and neither will the file"), converted.errors());
  }

  private List<Path> both() {
    return List.of(source, gguf);
  }

  /** @param line without the model, and without spaces in arguments */
  private static Program program(Path model, String line) {
    String[] words = line.replaceFirst(" |$", " -m " + model + " ").strip().split(" +");
    return Program.gatun((Object[]) words);
  }

  private static String text(Path model, String line) {
    var result = program(model, line).run();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals(List.of(), result.errors());
    return result.text();
  }

  private float[] numbers(Path model, String command) {
    Path out = folder.resolve("numbers.npy");
    text(model, command + " --ids 1,403,407 --activations f32 --out " + out);
    return Npy.read(out).values();
  }

  @Test
  void idsGoInAndComeOut() {
    JsonNode expected = Oracle.json(text(Models.stories(), RUN + " --json"));
    assertEquals(20, expected.get("ids").size());
    for (Path model : both()) {
      JsonNode found = Oracle.json(text(model, RUN + " --json"));
      assertEquals(expected.get("ids"), found.get("ids"));
      assertEquals("", found.get("text").stringValue());
    }
  }

  @Test
  void numbersNeedNoText() {
    for (Path model : both()) {
      for (String command : List.of("logits", "embed")) {
        assertArrayEquals(numbers(Models.stories(), command), numbers(model, command), 1e-4f, command);
      }
      JsonNode bench = Oracle.json(text(model, "bench -p 8 -n 4 -r 1 --json"));
      assertTrue(bench.get("tg_tps").doubleValue() > 0, bench.toString());
      var inspected = Program.gatun("inspect", model, "--json").run();
      JsonNode found = Oracle.json(inspected.text());
      assertTrue(found.get("supported").booleanValue(), found.toString());
      assertEquals(512, found.get("vocabulary_size").intValue());
    }
  }

  @Test
  void textsAreRefused() throws IOException {
    Path prompts = Files.writeString(folder.resolve("in.jsonl"), "{\"prompt\":\"Once\"}\n");
    for (Path model : both()) {
      refused(model, RUN);
      refused(model, "run -p Once --json");
      refused(model, "run --input " + prompts + " --output " + folder.resolve("out.jsonl"));
      refused(model, "chat");
      refused(model, "embed -p Once --out " + folder.resolve("no.npy"));
      refused(model, "perplexity -f " + prompts);
    }
    refused(gguf, "tokenize");
  }

  private static void refused(Path model, String line) {
    var result = program(model, line).input("Once\n").run();
    assertEquals(4, result.exitCode(), result.error());
    assertEquals("", result.text());
    String expected = "gatun: " + model + ": has no tokenizer, which texts need: ids can go in (--ids) and come out (--json)";
    assertEquals(List.of(expected), result.errors());
  }
}
