package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.model.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Log-probabilities of generated tokens. */
class LogprobsTest {
  private Model model;
  private Engine engine;

  @BeforeEach
  void open() {
    model = Stories.open("-q4_0");
    engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2));
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void workedOutByHand() {
    // e^2 = 7.389, e^1 = 2.718, e^0 twice: of 12.107
    var recorder = new LogprobsRecorder(2);
    recorder.look(new float[] {0, 2, 0, 1});
    recorder.chosen(0);
    TokenLogprobs record = recorder.from(0).getFirst();
    assertEquals(0, record.id());
    assertEquals(-2.4938, record.logprob(), 1e-4);
    assertEquals(List.of(1, 3), record.top().stream().map(TokenLogprobs.Likely::id).toList());
    assertEquals(-0.4938, record.top().get(0).logprob(), 1e-4);
    assertEquals(-1.4938, record.top().get(1).logprob(), 1e-4);
  }

  @Test
  void ofTheModelsOwnDistributionHoweverTheTokenIsChosen() {
    var pieces = new ArrayList<TokenLogprobs>();
    Sampling sampling =
        Sampling.defaults().temperature(1.5).seed(3).maxTokens(30).repeatPenalty(1.3).logitBias(300, 2).logprobs(5);
    Completion completion = engine.generate(Stories.once(), sampling, piece -> pieces.addAll(piece.logprobs()));
    assertEquals(completion.ids(), completion.logprobs().stream().map(TokenLogprobs::id).toList());
    assertEquals(completion.logprobs(), pieces);
    List<float[]> rows = rows(completion);
    for (int i = 0; i < completion.ids().size(); i++) {
      TokenLogprobs record = completion.logprobs().get(i);
      assertEquals(logprob(rows.get(i), record.id()), record.logprob(), 1e-9);
      assertEquals(5, record.top().size());
      double before = 0;
      for (TokenLogprobs.Likely likely : record.top()) {
        assertEquals(logprob(rows.get(i), likely.id()), likely.logprob(), 1e-9);
        assertTrue(likely.logprob() <= before);
        before = likely.logprob();
      }
    }
  }

  @Test
  void askingDoesNotChangeTheText() {
    Sampling sampling = Sampling.defaults().seed(3).maxTokens(30);
    Completion without = engine.generate(Stories.once(), sampling);
    assertEquals(List.of(), without.logprobs());
    Completion chosenOnly = engine.generate(Stories.once(), sampling.logprobs(0));
    assertEquals(without.ids(), chosenOnly.ids());
    assertEquals(30, chosenOnly.logprobs().size());
    assertTrue(chosenOnly.logprobs().stream().allMatch(record -> record.top().isEmpty()));
  }

  /** The logits that the tokens of a completion were chosen from, computed anew. */
  private List<float[]> rows(Completion completion) {
    int[] prompt = engine.encode(Stories.once());
    int[] ids = Arrays.copyOf(prompt, prompt.length + completion.ids().size());
    for (int i = prompt.length; i < ids.length; i++) {
      ids[i] = completion.ids().get(i - prompt.length);
    }
    var rows = new ArrayList<float[]>();
    engine.logits(ids, LogitsRows.ALL, (position, logits) -> {
      if (position >= prompt.length - 1) {
        rows.add(logits.clone());
      }
    });
    return rows;
  }

  private static double logprob(float[] logits, int id) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp((double) logit - logits[id]);
    }
    return -Math.log(sum);
  }
}
