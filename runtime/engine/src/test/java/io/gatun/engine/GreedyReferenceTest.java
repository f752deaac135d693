package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.device.ActivationPrecision;
import io.gatun.model.Model;
import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What users get from the story model is what other implementations get. */
class GreedyReferenceTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "-f16", "-q8_0", "-q4_0"})
  void idsTextAndLogitsInFloatArithmetic(String variant) {
    JsonNode facts = Oracle.json(Oracle.require("models/stories260K" + variant + ".bos.json")).path("f32math");
    List<Integer> ids = new ArrayList<>();
    facts.path("ids").forEach(id -> ids.add(id.asInt()));
    try (Model model = Stories.open(variant);
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.F32, 2))) {
      Completion completion = engine.generate(Prompt.ids(1), Sampling.greedy().maxTokens(200));
      assertEquals(ids, completion.ids());
      assertEquals(facts.path("text").asString(), completion.text());
      assertEquals(FinishReason.LENGTH, completion.finishReason());

      var fed = new int[20];
      fed[0] = 1;
      for (int i = 1; i < fed.length; i++) {
        fed[i] = ids.get(i - 1);
      }
      Npy expected = Npy.read(Oracle.require("models/" + facts.path("logits").asString()));
      var rows = new ArrayList<float[]>();
      engine.logits(fed, LogitsRows.ALL, (position, logits) -> rows.add(logits.clone()));
      for (int step = 0; step < fed.length; step++) {
        assertArrayEquals(expected.row(step), rows.get(step), 5e-4f, "step " + step);
      }
    }
  }
}
