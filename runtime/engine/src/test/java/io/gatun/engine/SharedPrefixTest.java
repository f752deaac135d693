package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.model.Model;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Equal beginnings of prompts are computed once, and nobody can tell from the results. */
class SharedPrefixTest {
  private static final String BEGINNING =
      "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. ";

  @Test
  void computedOnceForRequestsSubmittedTogether() {
    var prompts = new ArrayList<Prompt>();
    for (String end : List.of("One day", "Her mom", "The dog", "Then", "She saw a ball", "One day she")) {
      prompts.add(Prompt.text(BEGINNING + end));
    }
    prompts.add(Prompt.text("Tom was sad."));
    try (Model model = Stories.open("-q4_0")) {
      List<Completion> alone = new ArrayList<>();
      try (Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2))) {
        for (int i = 0; i < prompts.size(); i++) {
          alone.add(engine.generate(prompts.get(i), sampling(i)));
        }
      }
      for (int chunk : new int[] {3, 16, 128}) {
        try (Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2).prefillChunk(chunk))) {
          int beginning = engine.encode(Prompt.text(BEGINNING)).length;
          var running = new ArrayList<Generation>();
          for (int i = 0; i < prompts.size(); i++) {
            running.add(engine.submit(prompts.get(i), sampling(i), piece -> {}));
          }
          int computed = 0;
          for (int i = 0; i < prompts.size(); i++) {
            Completion completion = running.get(i).await();
            assertEquals(alone.get(i).ids(), completion.ids());
            computed += completion.stats().promptTokens() - completion.stats().cachedTokens();
          }
          assertTrue(computed < beginning + 60, "chunk " + chunk + ": " + computed + " prompt tokens computed");
          assertEquals(0, engine.cacheBytes(), "prefixes are forgotten when nobody waits");
        }
      }
    }
  }

  private static Sampling sampling(int i) {
    return Sampling.defaults().seed(i).maxTokens(10 + i);
  }
}
