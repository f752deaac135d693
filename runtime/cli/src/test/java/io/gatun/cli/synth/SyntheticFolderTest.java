package io.gatun.cli.synth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import io.gatun.gguf.GgufWriter;
import io.gatun.safetensors.SafetensorsDir;
import io.gatun.tensors.Metadata.Value;
import io.gatun.tensors.TensorData;
import io.gatun.text.HfTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyntheticFolderTest {
  private static final Rope PLAIN = new Rope(10_000, 0);

  @TempDir Path folder;

  private static TensorData tensor(SafetensorsDir model, String name) {
    return Objects.requireNonNull(model.tensors().get(name), name);
  }

  private static void hasTheUsualDeviation(TensorData tensor) {
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.decode(0, Math.toIntExact(tensor.rows()), values);
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    assertEquals(0, sum / values.length, 0.05 * RandomWeights.SIGMA, tensor.toString());
    assertEquals(RandomWeights.SIGMA, Math.sqrt(squares / values.length), 0.15 * RandomWeights.SIGMA, tensor.toString());
  }

  @ParameterizedTest
  @EnumSource
  void layersOfEveryFormatAreReadAndHaveTheUsualDeviation(FolderType type) throws IOException {
    Shape shape = Tiny.grouped(1);
    var written = SyntheticType.of(type.id()).write(shape, 5, folder);
    assertTrue(written.bytes() > 0 && written.bytes() < Files.size(folder.resolve("model.safetensors")));
    try (var model = SafetensorsDir.open(folder)) {
      String layer = "model.layers.0.";
      for (String name : new String[] {"self_attn.q_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj"}) {
        hasTheUsualDeviation(tensor(model, layer + name + ".weight"));
      }
      hasTheUsualDeviation(tensor(model, "model.embed_tokens.weight"));
      hasTheUsualDeviation(tensor(model, "lm_head.weight"));
      assertEquals(12, model.tensors().size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyFormatLoadsAndComputes(FolderType type) {
    type.write(Tiny.grouped(2), 7, folder);
    assertEquals(21, SaneLogits.check(folder));
  }

  @Test
  void everyFamilyLoadsAndComputes() {
    Shape[] shapes = {
      Tiny.of(Family.QWEN2, 2, Head.TIED, Experts.NONE, PLAIN),
      Tiny.of(Family.QWEN3, 2, Head.OWN, Experts.NONE, PLAIN),
      Tiny.of(Family.QWEN3_MOE, 2, Head.OWN, new Experts(4, 2, 256), PLAIN),
      Tiny.of(Family.LLAMA, 2, Head.OWN, new Experts(8, 2, 512), PLAIN),
      Tiny.of(Family.LLAMA, 2, Head.TIED, Experts.NONE, new Rope(500_000, 8))
    };
    for (int i = 0; i < shapes.length; i++) {
      Path out = folder.resolve("shape " + i);
      FolderType.EXL2.write(shapes[i], 7, out);
      assertTrue(SaneLogits.check(out) > 0);
    }
  }

  @Test
  void averageBitsOfExl2() throws IOException {
    SyntheticType.of("EXL2-4.0").write(Shapes.of("llama-1b").withLayers(1), 0, folder);
    try (var model = SafetensorsDir.open(folder)) {
      double bits = 0;
      double weights = 0;
      for (TensorData tensor : model.tensors().values()) {
        if (tensor.name().endsWith("_proj.weight")) {
          bits += 8.0 * tensor.byteSize();
          weights += tensor.values();
        }
      }
      assertEquals(4.0, bits / weights, 0.05);
    }
  }

  @Test
  void aTiedHeadIsQuantizedByExl2AndExl3Alone() throws IOException {
    Shape tied = Tiny.of(Family.QWEN2, 1, Head.TIED, Experts.NONE, PLAIN);
    for (FolderType type : FolderType.values()) {
      Path out = folder.resolve(type.id());
      type.write(tied, 0, out);
      try (var model = SafetensorsDir.open(out)) {
        boolean isQuantized = type == FolderType.EXL2 || type == FolderType.EXL3;
        assertEquals(isQuantized, model.tensors().containsKey("lm_head.weight"), type.id());
      }
    }
  }

  @Test
  void expertsAreLayersOfTheirOwn() throws IOException {
    Path qwen = folder.resolve("qwen");
    FolderType.AWQ.write(Tiny.of(Family.QWEN3_MOE, 1, Head.OWN, new Experts(4, 2, 256), PLAIN), 0, qwen);
    try (var model = SafetensorsDir.open(qwen)) {
      assertTrue(tensor(model, "model.layers.0.mlp.experts.3.down_proj.weight").hasShape(256, 256));
      assertTrue(tensor(model, "model.layers.0.mlp.gate.weight").hasShape(4, 256));
    }
    Path mixtral = folder.resolve("mixtral");
    FolderType.AWQ.write(Tiny.of(Family.LLAMA, 1, Head.OWN, new Experts(8, 2, 512), PLAIN), 0, mixtral);
    try (var model = SafetensorsDir.open(mixtral)) {
      assertTrue(tensor(model, "model.layers.0.block_sparse_moe.experts.7.w2.weight").hasShape(256, 512));
    }
  }

  @Test
  void theSameSeedGivesTheSameFolder() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    FolderType.EXL2.write(Tiny.grouped(1), 3, first);
    FolderType.EXL2.write(Tiny.grouped(1), 3, second);
    for (String file : new String[] {"config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"}) {
      assertEquals(-1, Files.mismatch(first.resolve(file), second.resolve(file)), file);
    }
    FolderType.EXL2.write(Tiny.grouped(1), 4, second);
    assertTrue(Files.mismatch(first.resolve("model.safetensors"), second.resolve("model.safetensors")) > 0);
  }

  @Test
  void otherWeightsInTheFolderAreLeftAlone() throws IOException {
    Files.createFile(folder.resolve("model-00001-of-00002.safetensors"));
    assertThrows(UsageException.class, () -> FolderType.GPTQ.write(Tiny.grouped(1), 0, folder));
  }

  /** The vocabulary is the same in both containers. */
  @ParameterizedTest
  @EnumSource
  void idsAreThoseOfTheSameVocabularyInGguf(Words.Kind kind) throws IOException {
    var words = new Words(kind, kind == Words.Kind.SENTENCE_PIECE ? 32_000 : kind == Words.Kind.LLAMA_3 ? 128_256 : 151_936);
    Path file = folder.resolve("vocabulary.gguf");
    var writer = new GgufWriter().put("general.architecture", new Value("str", "llama"));
    GgufVocabulary.put(words, writer);
    writer.write(file);
    var vocabulary = SyntheticVocabulary.of(words);
    Files.writeString(folder.resolve("tokenizer.json"), HfVocabularyFiles.tokenizer(words, vocabulary).toString());
    Files.writeString(folder.resolve("tokenizer_config.json"), HfVocabularyFiles.settings(vocabulary).toString());
    var tokenizer = HfTokenizer.read(folder).tokenizer();
    var expected = Vocabularies.tokenizer(file);
    assertEquals(words.size(), tokenizer.vocabulary().size());
    assertEquals(expected.vocabulary().bos(), tokenizer.vocabulary().bos());
    assertEquals(expected.vocabulary().eos(), tokenizer.vocabulary().eos());
    assertEquals(expected.vocabulary().addsBos(), tokenizer.vocabulary().addsBos());
    String text = "The other tea, naïve 語 in 2025;\n\tend";
    assertArrayEquals(expected.encode(text, Set.of()), tokenizer.encode(text, Set.of()));
  }
}
