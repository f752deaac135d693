package io.gatun.cli.folders;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.engine.Engine;
import io.gatun.engine.LogitsRows;
import io.gatun.model.Model;
import io.gatun.oracle.layers.QuantizedFormat;
import io.gatun.oracle.layers.RawTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders whose dummies, paddings and leftovers have misled loaders run like those without. */
class MisleadingFolderTest {
  private static final float[] NONE = {};

  @TempDir Path folder;

  private static QuantizedFormat format(String id) {
    return QuantizedFormat.all().stream().filter(format -> format.id().equals(id)).findFirst().orElseThrow();
  }

  private Path folder(String name) {
    return folder.resolve(name);
  }

  /** Logits behind a prompt, with the activations that are usual. */
  private static float[] logits(Path path) {
    float[][] last = {NONE};
    try (Model model = Model.open(path);
        Engine engine = Engine.over(model)) {
      engine.logits(new int[] {1, 270, 400, 33, 444}, LogitsRows.LAST, (_, logits) -> last[0] = logits.clone());
      return last[0];
    }
  }

  /** The head of 500 tokens is stored for 512: the others must not be chosen, though all real logits were below 0. */
  @ParameterizedTest
  @ValueSource(strings = {"exl2-5-4-3", "exl3-mcg-4"})
  void theVocabularyIsNotThatOfAPaddedHead(String id) {
    QuantizedFormat format = format(id);
    TinyFolders.llama(format.step()).writeIn(format, folder("padded"), List.of());
    assertEquals(500, logits(folder("padded")).length);
  }

  /** EXL3 stores the network of a model whose configuration says a width that is no multiple of 128. */
  @Test
  void aPaddedNetworkIsAsWideAsItIsStored() {
    QuantizedFormat format = format("exl3-mcg-4");
    FloatCheckpoint model = TinyFolders.llama(format.step());
    model.writeIn(format, folder("stored"), List.of());
    int width = model.config().get("intermediate_size").asInt();
    model.config().put("intermediate_size", width - 56);
    model.writeIn(format, folder("padded"), List.of());
    assertArrayEquals(logits(folder("stored")), logits(folder("padded")));
  }

  /** EXL2 and EXL3 quantize the head of tied models too, under its own name; it is not the embedding any more. */
  @ParameterizedTest
  @ValueSource(strings = {"exl2-2", "exl3-mul1-8"})
  void aQuantizedHeadOfATiedModelIsUsed(String id) {
    QuantizedFormat format = format(id);
    FloatCheckpoint kept = TinyFolders.llama(format.step()).withTiedHead().writeIn(format, folder("tied"), List.of());
    kept.write(folder("floats"));
    float[] expected = logits(folder("floats"));
    float[] found = logits(folder("tied"));
    assertEquals(0, distance(expected, found), 0.05, "8-bit activations apart it is the same");
    kept.withTiedHead().write(folder("wrong"));
    double unquantized = distance(logits(folder("wrong")), found);
    assertTrue(unquantized > distance(expected, found), "the embedding as head is off by " + unquantized);
  }

  /** Root mean square of the differences, over that of the first. */
  private static double distance(float[] first, float[] second) {
    double differences = 0;
    double squares = 0;
    for (int i = 0; i < first.length; i++) {
      differences += Math.pow(first[i] - second[i], 2);
      squares += Math.pow(first[i], 2);
    }
    return Math.sqrt(differences / squares);
  }

  @Test
  void biasesOfZerosThatTheArchitectureHasNot() {
    QuantizedFormat format = format("gptq-4-32-asym-act-order");
    FloatCheckpoint model = TinyFolders.llama(format.step());
    model.writeIn(format, folder("without"), List.of());
    var biases = new ArrayList<RawTensor>();
    model
        .layers()
        .forEach((key, matrix) -> biases.add(RawTensor.halves(key + ".bias", new float[matrix.out()], matrix.out())));
    model.writeIn(format, folder("with"), biases);
    assertArrayEquals(logits(folder("without")), logits(folder("with")));
  }

  @Test
  void otherBiasesThatTheArchitectureUsuallyHasNotAreAdded() {
    QuantizedFormat format = format("gptq-4-128-sym");
    FloatCheckpoint model = TinyFolders.llama(format.step());
    float[] without = logits(write(model, format, List.of()));
    var bias = new float[128];
    bias[5] = 9;
    List<RawTensor> more = List.of(RawTensor.halves("model.layers.0.mlp.down_proj.bias", bias, 128));
    float[] found = logits(write(model, format, more));
    var rest = new ArrayList<>(model.rest());
    rest.addAll(more);
    model.writeIn(format, folder("quantized"), List.of()).with(rest).write(folder("floats"));
    float[] expected = logits(folder("floats"));
    assertEquals(0, distance(expected, found), 0.05);
    assertTrue(distance(expected, without) > 0.2, "the bias makes a difference");
  }

  private Path write(FloatCheckpoint model, QuantizedFormat format, List<RawTensor> more) {
    Path path = folder("with " + more.size());
    model.writeIn(format, path, more);
    return path;
  }

  /** Quantizers copy the index of the model that they quantized. */
  @Test
  void anIndexOfFilesThatAreNotThere() throws IOException {
    QuantizedFormat format = format("exl2-4");
    TinyFolders.llama(format.step()).writeIn(format, folder, List.of());
    float[] expected = logits(folder);
    Files.move(folder.resolve(FloatCheckpoint.WEIGHTS), folder.resolve("output.safetensors"));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        """
        {"metadata": {"total_size": 13476835328}, "weight_map": {
          "lm_head.weight": "model-00002-of-00002.safetensors",
          "model.embed_tokens.weight": "model-00001-of-00002.safetensors"}}
        """);
    assertArrayEquals(expected, logits(folder));
  }
}
