package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.device.ActivationPrecision;
import io.gatun.model.Model;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A request gives the same tokens and logits alone, chunked, threaded, and in company. */
class SameTokensTest {
  private static final String[] PROMPTS = {
    "Once upon a time", "Lily and Tom went to the park", "The dog", "One day, a big red ball", "A"
  };

  @ParameterizedTest
  @EnumSource(value = ActivationPrecision.class, names = {"Q8", "F32"})
  void howeverScheduled(ActivationPrecision precision) {
    for (String variant : new String[] {"", "-q4_0"}) {
      try (Model model = Stories.open(variant)) {
        List<Completion> alone = new ArrayList<>();
        try (Engine engine = Engine.over(model, Stories.options(precision, 1))) {
          for (int i = 0; i < PROMPTS.length; i++) {
            alone.add(engine.generate(Prompt.text(PROMPTS[i]), sampling(i)));
          }
        }
        for (int threads : new int[] {1, 2, 3}) {
          for (int chunk : new int[] {1, 7, 64}) {
            try (Engine engine = Engine.over(model, Stories.options(precision, threads).prefillChunk(chunk))) {
              List<Generation> together = new ArrayList<>();
              for (int i = 0; i < PROMPTS.length; i++) {
                together.add(engine.submit(Prompt.text(PROMPTS[i]), sampling(i), piece -> {}));
              }
              for (int i = 0; i < PROMPTS.length; i++) {
                Completion completion = together.get(i).await();
                assertEquals(alone.get(i).ids(), completion.ids(), threads + " threads, chunk " + chunk);
                assertEquals(alone.get(i).text(), completion.text());
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = ActivationPrecision.class, names = {"Q8", "F32"})
  void logitsToTheBit(ActivationPrecision precision) {
    int[] ids = new int[100];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = 1 + (i * 97) % 511;
    }
    try (Model model = Stories.open("-q4_0")) {
      List<float[]> expected = logits(model, Stories.options(precision, 1).prefillChunk(1), ids);
      for (int threads : new int[] {1, 2}) {
        for (int chunk : new int[] {7, 64}) {
          List<float[]> actual = logits(model, Stories.options(precision, threads).prefillChunk(chunk), ids);
          for (int i = 0; i < ids.length; i++) {
            assertArrayEquals(expected.get(i), actual.get(i), 0f);
          }
        }
      }
    }
  }

  private static List<float[]> logits(Model model, EngineOptions options, int[] ids) {
    var rows = new ArrayList<float[]>();
    try (Engine engine = Engine.over(model, options)) {
      engine.logits(ids, LogitsRows.ALL, (position, logits) -> rows.add(logits.clone()));
    }
    return rows;
  }

  private static Sampling sampling(int i) {
    return Sampling.defaults().temperature(i == 0 ? 0 : 1).seed(i).maxTokens(40 + i);
  }
}
