package io.gatun.cli.synth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.load.Vocabularies;
import io.gatun.cli.synth.Shape.Experts;
import io.gatun.cli.synth.Shape.Family;
import io.gatun.cli.synth.Shape.Head;
import io.gatun.cli.synth.Shape.Rope;
import io.gatun.cli.synth.Shape.Words;
import io.gatun.cli.terminal.UsageException;
import io.gatun.gguf.GgufFile;
import io.gatun.gguf.GgufWriter;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.Metadata.Value;
import io.gatun.text.EncodeOption;
import io.gatun.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyntheticModelTest {
  private static final Rope PLAIN = new Rope(10_000, 0);

  @TempDir Path folder;

  private void computes(Shape shape, FileType type) {
    Path file = folder.resolve("model.gguf");
    var written = SyntheticModel.write(shape, type, 7, file);
    assertEquals(written.tensors(), SaneLogits.check(file));
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeLoadsAndComputes(FileType type) {
    computes(Tiny.grouped(2), type);
  }

  @Test
  void everyFamilyLoadsAndComputes() {
    computes(Tiny.of(Family.QWEN2, 2, Head.TIED, Experts.NONE, PLAIN), FileType.TYPE_Q4_K_M);
    computes(Tiny.of(Family.QWEN3, 2, Head.TIED, Experts.NONE, PLAIN), FileType.TYPE_Q4_0);
    computes(Tiny.of(Family.LLAMA, 2, Head.OWN, new Experts(8, 2, 512), PLAIN), FileType.TYPE_Q4_K_S);
    computes(Tiny.of(Family.LLAMA, 2, Head.OWN, Experts.NONE, new Rope(500_000, 8)), FileType.TYPE_Q8_0);
  }

  @Test
  void manyLayersStayFinite() {
    computes(Tiny.grouped(40), FileType.TYPE_Q4_0);
  }

  /** As the reference model for qwen3moe has them. */
  @Test
  void expertsOfQwen3HaveTheTensorsAndKeysOfARealFile() throws IOException {
    Path real =
        Oracle.find("models/qwen3moe.gguf")
            .orElseGet(() -> Assumptions.abort(Oracle.missing("models/qwen3moe.gguf")));
    Path file = folder.resolve("experts.gguf");
    SyntheticModel.write(Tiny.of(Family.QWEN3_MOE, 2, Head.OWN, new Experts(4, 2, 256), PLAIN), FileType.TYPE_F16, 1, file);
    try (var made = GgufFile.open(file);
        var reference = GgufFile.open(real)) {
      assertEquals(reference.tensors().keySet(), made.tensors().keySet());
      for (String key : reference.metadata().keys()) {
        if (key.startsWith("qwen3moe.") && !key.endsWith("vocab_size") && !key.contains("dimension_count")) {
          assertTrue(made.metadata().contains(key), key);
        }
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameFile() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    SyntheticModel.write(Tiny.grouped(1), FileType.TYPE_Q4_K_M, 3, first);
    SyntheticModel.write(Tiny.grouped(1), FileType.TYPE_Q4_K_M, 3, second);
    assertEquals(-1, Files.mismatch(first, second));
    SyntheticModel.write(Tiny.grouped(1), FileType.TYPE_Q4_K_M, 4, second);
    assertTrue(Files.mismatch(first, second) > 0);
  }

  /** The reference was made for a context of 128 tokens originally, with heads of 32 dimensions. */
  @Test
  void ropeDivisorsAreLlama3s() throws IOException {
    try (var reference = GgufFile.open(Oracle.require("models/llama-rope-llama3.gguf"))) {
      var expected = new float[16];
      var tensor = Objects.requireNonNull(reference.tensors().get("rope_freqs.weight"));
      tensor.encoding().decode(tensor.bytes(), 0, expected, 0, expected.length);
      for (int pair = 0; pair < expected.length; pair++) {
        assertEquals(expected[pair], SyntheticModel.ropeDivisor(new Rope(500_000, 8), 32, 128, pair), 1e-5 * expected[pair]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void vocabulariesKeepTexts(Words.Kind kind) throws IOException {
    int size = kind == Words.Kind.SENTENCE_PIECE ? 32_000 : kind == Words.Kind.LLAMA_3 ? 128_256 : 151_936;
    Path file = folder.resolve("vocabulary.gguf");
    var writer = new GgufWriter().put("general.architecture", new Value("str", "llama"));
    GgufVocabulary.put(new Words(kind, size), writer);
    writer.write(file);
    Tokenizer tokenizer = Vocabularies.tokenizer(file);
    assertEquals(size, tokenizer.vocabulary().size());
    assertTrue(tokenizer.vocabulary().eos().isPresent());
    assertEquals(kind != Words.Kind.QWEN, tokenizer.vocabulary().addsBos());
    String text = "The other tea, naïve 語 in 2025;\n\tend";
    int[] ids = tokenizer.encode(text, Set.of());
    assertTrue(ids.length < text.getBytes(StandardCharsets.UTF_8).length, "merges are used");
    assertEquals(text, new String(tokenizer.decode(ids, Set.of()), StandardCharsets.UTF_8).strip());
    assertTrue(tokenizer.encode(text, Set.of(EncodeOption.ADD_SPECIAL)).length >= ids.length);
  }

  @Test
  void unknownShapesAndLayers() {
    var unknown = assertThrows(UsageException.class, () -> Shapes.of("gpt-5"));
    assertTrue(String.valueOf(unknown.getMessage()).contains("llama-1b"), unknown.toString());
    assertThrows(UsageException.class, () -> Shapes.of("LLAMA-1B").withLayers(0));
    assertEquals(3, Shapes.of("LLAMA-1B").withLayers(3).layers());
  }
}
