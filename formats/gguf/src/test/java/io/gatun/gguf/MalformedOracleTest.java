package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** The corpus of damaged files: what a container can know is refused here, the rest opens and is the model's to judge. */
class MalformedOracleTest {
  /** Well-formed GGUF that makes no model: the categories hparams, tokenizer, data, and these. */
  private static final Set<String> MODEL_LEVEL =
      Set.of(
          "ntensors-minus1",
          "ntensors-zero",
          "arch-unknown",
          "arch-empty",
          "arch-u32",
          "missing-block_count",
          "missing-embedding_length",
          "missing-context_length",
          "missing-attention-layer_norm_rms_epsilon",
          "missing-feed_forward_length",
          "dim-transposed",
          "dim-smaller",
          "dim-embd-rows",
          "name-layer-9",
          "missing-output-norm",
          "no-tensors");

  private static final Set<String> MODEL_CATEGORIES = Set.of("hparams", "tokenizer", "data");

  private static String name(JsonNode entry) {
    return entry.get("file").asString().replace("files/", "").replace(".gguf", "");
  }

  private static Stream<JsonNode> manifest() {
    return Oracle.json(Oracle.require("malformed/manifest.json")).valueStream();
  }

  private static boolean isModelLevel(JsonNode entry) {
    String name = name(entry);
    return MODEL_LEVEL.contains(name)
        || (MODEL_CATEGORIES.contains(entry.get("category").asString()) && !name.equals("split-count-2"));
  }

  @TestFactory
  Stream<DynamicTest> everyFile() {
    return manifest().map(entry -> DynamicTest.dynamicTest(name(entry), () -> check(entry)));
  }

  private static void check(JsonNode entry) throws IOException {
    var path = Oracle.require("malformed/" + entry.get("file").asString());
    switch (entry.get("expected").asString().substring(0, 6)) {
      case "accept" -> GgufFile.open(path).close();
      case "reject" -> {
        if (isModelLevel(entry)) {
          GgufFile.open(path).close();
        } else {
          assertOneLine(path, assertThrows(RuntimeException.class, () -> GgufFile.open(path)));
        }
      }
      case "either" -> openOrRefuse(path);
      default -> fail("unknown expectation " + entry);
    }
  }

  private static void openOrRefuse(Path path) throws IOException {
    try {
      GgufFile.open(path).close();
    } catch (FormatException | UnsupportedModelException refusal) {
      assertOneLine(path, refusal);
    }
  }

  private static void assertOneLine(Path path, RuntimeException refusal) {
    assertTrue(refusal instanceof FormatException || refusal instanceof UnsupportedModelException, refusal::toString);
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.startsWith(path + ": "), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void theListOfModelLevelFilesIsUpToDate() {
    var names = new HashSet<String>();
    manifest().forEach(entry -> names.add(name(entry)));
    assertTrue(names.containsAll(MODEL_LEVEL));
  }
}
