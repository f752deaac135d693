package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.engine.SamplerStep.Temperature;
import io.gatun.engine.SamplerStep.TopK;
import io.gatun.model.Model;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Texts that were guessed ahead have the probabilities that the model's logits give them, jointly. */
@Timeout(300)
class SpeculatedDistributionTest {
  private static final int TOKENS = 4;
  private static final int CHOICES = 3;
  private static final int TEXTS = 6000;
  private static final double TEMPERATURE = 1.5;

  /** Has the n-gram method guess from the first token on. */
  private static final String PROMPT = "Lily was sad. Lily was happy. Lily was";

  @ParameterizedTest
  @EnumSource(value = Speculation.Method.class, names = {"AUTO", "NGRAM"})
  void jointProbabilitiesOfTheFirstTokens(Speculation.Method method) {
    Sampling sampling =
        Sampling.defaults()
            .chain(new TopK(CHOICES), Temperature.of(TEMPERATURE))
            .maxTokens(TOKENS)
            .ignoreEos()
            .speculation(Speculation.standard().method(method).length(Speculation.Length.LONGEST).minProbability(0));
    try (Model model = Stories.open("");
        Model draft = Stories.open("-q4_0");
        Engine engine = Engine.over(model, draft, Stories.options(ActivationPrecision.Q8, 2))) {
      Map<List<Integer>, Double> expected = probabilities(engine);
      Map<List<Integer>, Integer> counts = new HashMap<>();
      int drafted = 0;
      int accepted = 0;
      Deque<Generation> running = new ArrayDeque<>();
      for (int seed = 0; seed < TEXTS || !running.isEmpty(); seed++) {
        if (seed < TEXTS) {
          running.add(engine.submit(Prompt.text(PROMPT), sampling.seed(seed), piece -> {}));
        }
        if (running.size() > 15 || seed >= TEXTS) {
          Completion completion = running.remove().await();
          counts.merge(completion.ids(), 1, Integer::sum);
          drafted += completion.stats().draftTokens();
          accepted += completion.stats().acceptedTokens();
        }
      }
      assertTrue(accepted > TEXTS / 10 && drafted - accepted > TEXTS / 10, accepted + " of " + drafted);
      assertTrue(expected.keySet().containsAll(counts.keySet()), "only texts of likely tokens");
      assertLikely(expected, counts);
    }
  }

  /** χ² of all texts that are expected at least five times, the others taken together. */
  private static void assertLikely(Map<List<Integer>, Double> expected, Map<List<Integer>, Integer> counts) {
    double chi = 0;
    int freedom = -1;
    double restExpected = 0;
    double rest = 0;
    for (var text : expected.entrySet()) {
      double mean = TEXTS * text.getValue();
      int count = counts.getOrDefault(text.getKey(), 0);
      if (mean < 5) {
        restExpected += mean;
        rest += count;
      } else {
        chi += (count - mean) * (count - mean) / mean;
        freedom++;
      }
    }
    if (restExpected >= 5) {
      chi += (rest - restExpected) * (rest - restExpected) / restExpected;
      freedom++;
    }
    // Wilson and Hilferty's approximation of the value that χ² exceeds with probability 0.001.
    double spread = 2.0 / (9 * freedom);
    double critical = freedom * Math.pow(1 - spread + 3.09 * Math.sqrt(spread), 3);
    String found = "χ² %.1f of %d degrees, critical %.1f".formatted(chi, freedom, critical);
    assertTrue(freedom > 20 && chi < critical, found);
  }

  private static Map<List<Integer>, Double> probabilities(Engine engine) {
    var all = new HashMap<List<Integer>, Double>();
    extend(engine, engine.encode(Prompt.text(PROMPT)), List.of(), 1, all);
    return all;
  }

  private static void extend(
      Engine engine, int[] prompt, List<Integer> text, double probability, Map<List<Integer>, Double> all) {
    if (text.size() == TOKENS) {
      all.put(text, probability);
      return;
    }
    for (var choice : choices(engine, prompt, text).entrySet()) {
      var longer = new ArrayList<>(text);
      longer.add(choice.getKey());
      extend(engine, prompt, longer, probability * choice.getValue(), all);
    }
  }

  /** The likeliest tokens and their probabilities, from the logits alone. */
  private static Map<Integer, Double> choices(Engine engine, int[] prompt, List<Integer> text) {
    var ids = new int[prompt.length + text.size()];
    System.arraycopy(prompt, 0, ids, 0, prompt.length);
    for (int i = 0; i < text.size(); i++) {
      ids[prompt.length + i] = text.get(i);
    }
    var logits = new ArrayList<float[]>();
    engine.logits(ids, LogitsRows.LAST, (position, row) -> logits.add(row.clone()));
    float[] row = logits.getFirst();
    engine.model().tokenizer().vocabulary().endOfGeneration().forEach(id -> row[id] = Float.NEGATIVE_INFINITY);
    var choices = new HashMap<Integer, Double>();
    double sum = 0;
    for (int i = 0; i < CHOICES; i++) {
      int best = 0;
      for (int id = 0; id < row.length; id++) {
        best = row[id] > row[best] ? id : best;
      }
      double weight = Math.exp(row[best] / TEMPERATURE);
      choices.put(best, weight);
      sum += weight;
      row[best] = Float.NEGATIVE_INFINITY;
    }
    double total = sum;
    choices.replaceAll((id, weight) -> weight / total);
    return choices;
  }
}
