package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.KvType;
import io.gatun.device.ReferenceDevice;
import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
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
