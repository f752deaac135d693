package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.KvType;
import io.gatun.device.ReferenceDevice;
import io.gatun.gguf.GgufFile;
import io.gatun.gguf.GgufWriter;
import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The forward pass against logits that other implementations computed. */
class ReferenceLogitsTest {

  static List<String> models() {
    return ReferenceModel.withLogits();
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsAreTheReferences(String name) {
    var reference = ReferenceModel.of(name);
    try (Model model = reference.open();
        var device = new ReferenceDevice(ActivationPrecision.F32)) {
      assertEquals(List.of(), model.warnings(), "every key of the architecture is known");
      int context = model.spec().contextLength();
      for (String which : new String[] {"short", "long"}) {
        int[] ids = reference.prompt(which);
        List<float[]> computed = ReferenceModel.compute(model, device, KvType.F32, context, ids, 64);
        Npy expected = reference.logits(which);
        int rows = expected.shape().size() == 2 ? expected.shape().getFirst() : 1;
        for (int row = 0; row < rows; row++) {
          int position = ids.length - rows + row;
          float[] logits = expected.shape().size() == 2 ? expected.row(row) : expected.values();
          assertArrayEquals(
              logits, computed.get(position), reference.tolerance(), which + " position " + position);
        }
        JsonNode prompt = reference.facts().path("prompts").path(which);
        for (int i = 0; i < ids.length; i++) {
          if (prompt.path("top1_top2_gap").get(i).asDouble() > 2 * reference.tolerance()) {
            assertEquals(prompt.path("argmax").get(i).asInt(), argmax(computed.get(i)), which + " argmax at " + i);
          }
        }
      }
    }
  }

  /** The projection of keys and values as two, one of them transposed: as newer files of deepseek have it. */
  @Test
  void latentAttentionMayBeAbsorbed(@TempDir Path folder) throws IOException {
    assumeTrue(Oracle.find("models/deepseek2.gguf").isPresent(), Oracle.missing("models/deepseek2.gguf"));
    var reference = ReferenceModel.of("deepseek2");
    Path file = folder.resolve("absorbed.gguf");
    int heads = 4;
    int content = 32;
    int value = 32;
    int latent = 64;
    try (Checkpoint source = GgufFile.open(Oracle.require("models/deepseek2.gguf"))) {
      var writer = new GgufWriter().putAll(source.metadata());
      for (TensorData tensor : source.tensors().values()) {
        if (!tensor.name().endsWith("attn_kv_b.weight")) {
          writer.add(tensor);
          continue;
        }
        var both = new float[Math.toIntExact(tensor.values())];
        tensor.encoding().decode(tensor.bytes(), 0, both, 0, both.length);
        var keys = new float[heads * latent * content];
        var values = new float[heads * value * latent];
        for (int head = 0; head < heads; head++) {
          for (int j = 0; j < latent; j++) {
            for (int i = 0; i < content; i++) {
              keys[(head * latent + j) * content + i] = both[(head * (content + value) + i) * latent + j];
            }
            for (int i = 0; i < value; i++) {
              values[(head * value + i) * latent + j] = both[(head * (content + value) + content + i) * latent + j];
            }
          }
        }
        writer.add(floats(tensor.name().replace("kv_b", "k_b"), keys, heads, latent, content));
        writer.add(floats(tensor.name().replace("kv_b", "v_b"), values, heads, value, latent));
      }
      writer.write(file);
    }
    try (Model model = Model.open(file);
        var device = new ReferenceDevice(ActivationPrecision.F32)) {
      int[] ids = reference.prompt("short");
      Npy expected = reference.logits("short");
      List<float[]> computed = ReferenceModel.compute(model, device, KvType.F32, 1024, ids, 7);
      for (int row = 0; row < ids.length; row++) {
        assertArrayEquals(expected.row(row), computed.get(row), reference.tolerance(), "position " + row);
      }
    }
  }

  private static TensorData floats(String name, float[] values, long... shape) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
    MemorySegment.copy(values, 0, bytes, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
    return new TensorData(name, Arrays.stream(shape).boxed().toList(), Encodings.F32, List.of(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"stories260K", "stories260K-f16", "stories260K-q8_0", "stories260K-q4_0"})
  void storyModelContinuesAsTheReference(String name) {
    JsonNode facts = Oracle.json(Oracle.require("models/" + name + ".bos.json")).path("f32math");
    Npy expected = Npy.read(Oracle.require("models/" + facts.path("logits").asString()));
    int[] ids = ReferenceModel.ids(facts.path("ids"));
    var fed = new int[ids.length];
    fed[0] = 1;
    System.arraycopy(ids, 0, fed, 1, ids.length - 1);
    try (Model model = Model.open(Oracle.require("models/" + name + ".gguf"));
        var device = new ReferenceDevice(ActivationPrecision.F32)) {
      List<float[]> computed = ReferenceModel.compute(model, device, KvType.F32, 512, fed, 1);
      for (int i = 0; i < ids.length; i++) {
        assertEquals(ids[i], argmax(computed.get(i)), "id " + i);
      }
      for (int row = 0; row < 20; row++) {
        assertArrayEquals(expected.row(row), computed.get(row), 5e-4f, "step " + row);
      }
    }
  }

  @Test
  void longContextIsStillFinite() {
    try (Model model = Model.open(Oracle.require("models/stories260K.gguf"));
        var device = new ReferenceDevice(ActivationPrecision.Q8)) {
      var ids = new int[300];
      Arrays.fill(ids, 403);
      for (float[] row : ReferenceModel.compute(model, device, KvType.Q8_0, 512, ids, 100)) {
        for (float logit : row) {
          assertTrue(Float.isFinite(logit));
        }
      }
    }
  }

  static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
