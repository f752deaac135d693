package io.gatun.cli.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.UsageException;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.DeviceOptions;
import io.gatun.engine.Engine;
import io.gatun.engine.EngineOptions;
import io.gatun.model.Model;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class PerplexityTest {
  private static final int CONTEXT = 256;

  @TempDir Path folder;

  private static String text() throws IOException {
    return Files.readString(Oracle.require("perplexity/text.txt"));
  }

  private static Perplexity measured(String model, String text, int context, Optional<Path> save, Optional<Path> base) {
    var device = new DeviceOptions(0, DeviceOptions.defaults().kernels(), ActivationPrecision.F32);
    try (var opened = Model.open(Oracle.require("models/" + model));
        var engine = Engine.over(opened, EngineOptions.defaults().deviceOptions(device).contextLength(context))) {
      return Perplexity.of(Console.system(), engine, text, context, save, base);
    }
  }

  /** With float activations the reference's figures: 1e-4 relative, chunk by chunk too. */
  @ParameterizedTest
  @ValueSource(
      strings = {"stories260K.gguf", "stories260K-f16.gguf", "stories260K-q8_0.gguf", "stories260K-q4_0.gguf"})
  void isTheReferences(String model) throws IOException {
    JsonNode expected = Oracle.json(Oracle.require("perplexity/perplexity.json")).get("models").get(model);
    Perplexity found = measured(model, text(), CONTEXT, Optional.empty(), Optional.empty());
    double reference = expected.get("f32math_ppl").doubleValue();
    assertEquals(reference, found.perplexity(), 1e-4 * reference);
    assertEquals(expected.get("n_tokens").intValue(), found.textTokens());
    assertEquals(expected.get("f32math_scored").longValue(), found.scored());
    JsonNode chunks = expected.get("f32math_nll_per_chunk");
    assertEquals(chunks.size(), found.chunkNll().length);
    for (int i = 0; i < chunks.size(); i++) {
      double chunk = chunks.get(i).doubleValue();
      assertEquals(chunk, found.chunkNll()[i], 1e-4 * chunk, "chunk " + i);
    }
    if (model.equals("stories260K.gguf")) {
      double error = expected.get("llama_perplexity_f32_kv").get("stderr").doubleValue();
      assertEquals(error, found.standardError(), 1e-4 * error);
    }
  }

  @Test
  void aModelDoesNotDivergeFromItself() throws IOException {
    Path saved = folder.resolve("saved");
    String text = text().substring(0, 1500);
    var first = measured("stories260K.gguf", text, 64, Optional.of(saved), Optional.empty());
    assertEquals(
        64 + 4L * 512 * first.scored(), Files.size(saved), "a header, then 512 log-probabilities for each scored token");
    var again = measured("stories260K.gguf", text, 64, Optional.empty(), Optional.of(saved));
    assertEquals(first.perplexity(), again.perplexity());
    Divergence none = again.divergence().orElseThrow();
    assertEquals(0, none.max(), 1e-5);
    assertEquals(1, none.top1Agreement());
    Divergence some =
        measured("stories260K-q4_0.gguf", text, 64, Optional.empty(), Optional.of(saved)).divergence().orElseThrow();
    assertTrue(some.median() < some.mean() && some.mean() < some.p99() && some.p99() < some.max(), some.toString());
    assertTrue(some.mean() > 0.001 && some.top1Agreement() < 1 && some.top1Agreement() > 0.5, some.toString());
  }

  @Test
  void basesOfOtherTextsOrDamagedOnesAreRefused() throws IOException {
    Path saved = folder.resolve("saved");
    String text = text().substring(0, 1000);
    measured("stories260K.gguf", text, 64, Optional.of(saved), Optional.empty());
    Optional<Path> base = Optional.of(saved);
    String other = "Lily" + text.substring(4);
    refused("other tokens", () -> measured("stories260K.gguf", other, 64, Optional.empty(), base));
    refused("chunks of 64 tokens, expected 32", () -> measured("stories260K.gguf", text, 32, Optional.empty(), base));
    refused(
        "expected 1", () -> measured("stories260K.gguf", text.substring(0, 200), 64, Optional.empty(), base));
    refused(
        "no such file",
        () -> measured("stories260K.gguf", text, 64, Optional.empty(), Optional.of(folder.resolve("none"))));
    byte[] whole = Files.readAllBytes(saved);
    for (int length : new int[] {0, 10, 63, 64, whole.length - 1}) {
      Files.write(saved, Arrays.copyOf(whole, length));
      var damaged =
          assertThrows(
              FormatException.class, () -> measured("stories260K.gguf", text, 64, Optional.empty(), base), "cut to " + length);
      assertTrue(String.valueOf(damaged.getMessage()).startsWith(saved.toString()), damaged.toString());
    }
  }

  private static void refused(String why, Executable run) {
    var refused = assertThrows(UsageException.class, run);
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.toString());
  }

  @Test
  void aFailedRunLeavesNoFile() {
    Path saved = folder.resolve("saved");
    assertThrows(
        UsageException.class, () -> measured("stories260K.gguf", "Too short.", 64, Optional.of(saved), Optional.empty()));
    assertFalse(Files.exists(saved));
    assertEquals(0, Arrays.stream(folder.toFile().list()).count());
  }

  /** A text of 2·64 + 1 tokens: what is left over is not scored. */
  @Test
  void chunksBeginWithBosAndDropTheRest() throws IOException {
    try (var model = Model.open(Oracle.require("models/stories260K.gguf"))) {
      Chunks chunks = Chunks.of(text(), model.tokenizer(), 64);
      int[] all = Arrays.copyOf(chunks.tokens(), 129);
      var three = new Chunks(all, 64, chunks.bos());
      assertEquals(2, three.count());
      assertEquals(31, three.scoredPerChunk());
      assertEquals(1, three.chunk(1)[0], "BOS");
      assertArrayEquals(Arrays.copyOfRange(all, 65, 128), Arrays.copyOfRange(three.chunk(1), 1, 64));
    }
  }
}
