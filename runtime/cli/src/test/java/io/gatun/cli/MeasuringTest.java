package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The commands that measure: perplexity, synth and bench. */
class MeasuringTest {
  private static final Path TEXT = Oracle.require("perplexity/text.txt");

  @TempDir Path folder;

  private static JsonNode json(Object... arguments) {
    var result = Program.gatun(arguments).run();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals(1, result.text().lines().count(), "one object on one line");
    return Oracle.json(result.text());
  }

  @Test
  void perplexityAsOneObject() {
    Path saved = folder.resolve("saved ü");
    JsonNode expected = Oracle.json(Oracle.require("perplexity/perplexity.json")).get("models").get("stories260K.gguf");
    JsonNode found =
        json("perplexity", "-m", Models.stories(), "-f", TEXT, "--ctx", 256, "--activations", "f32", "--json", "--save-logits", saved);
    double reference = expected.get("f32math_ppl").doubleValue();
    assertEquals(reference, found.get("ppl").doubleValue(), 1e-4 * reference);
    assertEquals(Math.log(reference), found.get("nll").doubleValue(), 1e-4);
    assertEquals(5207, found.get("tokens").intValue());
    assertEquals(41, found.get("chunks").intValue());
    assertTrue(found.get("kl_mean") == null);
    JsonNode compared =
        json("perplexity", "-m", Models.quantizedStories(), "-f", TEXT, "--ctx", 256, "--kl-base", saved, "--json");
    for (String key : new String[] {"kl_mean", "kl_median", "kl_p99", "kl_max", "top1_agreement"}) {
      assertTrue(compared.get(key).doubleValue() > 0, key);
    }
  }

  @Test
  void perplexityOfNothing() {
    var missing = Program.gatun("perplexity", "-m", Models.stories(), "-f", folder.resolve("none")).launch();
    assertEquals(2, missing.exitCode());
    assertTrue(missing.error().contains("none: no such file"), missing.error());
    var tooLong = Program.gatun("perplexity", "-m", Models.stories(), "-f", TEXT, "--ctx", 100_000).run();
    assertEquals(2, tooLong.exitCode());
    assertTrue(tooLong.error().contains("10600 tokens, expected at least one chunk of 100000"), tooLong.error());
  }

  @Test
  void aSyntheticModelGeneratesAndIsMeasured() {
    Path file = folder.resolve("synthetic.gguf");
    var written = Program.gatun("synth", "Stories-15M", "--type", "Q4_0", "--out", file, "--layers", 1).run();
    assertEquals(0, written.exitCode(), written.error());
    assertTrue(written.text().contains("stories-15m q4_0, 11 tensors"), written.text());
    JsonNode result = json("bench", "-m", file, "-p", 16, "-n", 4, "-r", 3, "-t", 1, "--json");
    assertEquals(3, result.get("pp_tps_samples").size());
    assertEquals(result.get("pp_tps_samples").get(1), result.get("pp_tps"), "the median");
    for (String key : new String[] {"tg_tps", "load_ms", "ttft_ms", "ttft_cold_ms", "rss_mb", "weight_gb_per_s"}) {
      assertTrue(result.get(key).doubleValue() > 0, key);
    }
    assertEquals(16e3 / result.get("pp_tps").doubleValue(), result.get("ttft_ms").doubleValue(), 1e-6);
    assertEquals(1, result.get("threads").intValue());
    assertTrue(!result.get("tier").stringValue().isEmpty());
  }

  @Test
  void onePartAlone() {
    JsonNode prompts = json("bench", "-m", Models.stories(), "-p", 8, "-n", 0, "-r", 1, "--json", "--kernels", "scalar");
    assertTrue(prompts.get("tg_tps").isNull() && prompts.get("weight_gb_per_s").isNull());
    assertTrue(prompts.get("pp_tps").doubleValue() > 0);
    assertEquals("scalar", prompts.get("tier").stringValue());
    var decoding = Program.gatun("bench", "-m", Models.stories(), "-p", 0, "-n", 8, "-r", 2).run();
    assertEquals(0, decoding.exitCode(), decoding.error());
    assertTrue(decoding.text().contains("decoding 8"), decoding.text());
    assertTrue(!decoding.text().contains("prompt of"), decoding.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"q8_0", "awq-4-128"})
  void benchMakesAndRemovesItsOwnModel(String type) throws IOException {
    var result =
        Program.gatun("bench", "--synthetic", "stories-15m", "--type", type, "--layers", 1, "-p", 4, "-n", 2, "-r", 1, "--json")
            .jvm("-Djava.io.tmpdir=" + folder)
            .launch();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals("stories-15m " + type, Oracle.json(result.text()).get("model").stringValue());
    try (var left = Files.list(folder)) {
      assertEquals(0, left.filter(path -> path.getFileName().toString().startsWith("gatun-bench")).count());
    }
  }

  @Test
  void wrongUsage() {
    Object[][] commands = {
      {"synth", "no-such-shape", "--type", "q4_0", "--out", folder.resolve("x")},
      {"synth", "llama-1b", "--type", "q9", "--out", folder.resolve("x")},
      {"synth", "llama-1b", "--type", "q4_0"},
      {"bench"},
      {"bench", "--synthetic", "llama-1b"},
      {"bench", "-m", Models.stories(), "--type", "q4_0"},
      {"bench", "-m", Models.stories(), "--synthetic", "llama-1b", "--type", "q4_0"},
      {"bench", "-m", Models.stories(), "-p", 0, "-n", 0},
    };
    for (Object[] command : commands) {
      var result = Program.gatun(command).run();
      assertEquals(2, result.exitCode(), Arrays.toString(command) + result.error());
      assertEquals("", result.text());
      assertTrue(Files.notExists(folder.resolve("x")));
    }
  }
}
