package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.model.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Life of generations: how they stream, stop, fail, and leave nothing behind. */
@Timeout(120)
class EngineTest {
  private Model model;
  private Engine engine;

  @BeforeEach
  void open() {
    model = Stories.open("-q4_0");
    engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2));
  }

  @AfterEach
  void nothingIsLeft() {
    assertEquals(0, engine.cacheBytes(), "cache pages leaked");
    model.close();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      assertFalse(thread.getName().startsWith("gatun"), "still running: " + thread.getName());
    }
  }

  @Test
  void howFarThePromptIsReadIsToldChunkByChunk() {
    var ids = new int[300];
    Arrays.fill(ids, 300);
    Generation running = engine.submit(Prompt.ids(ids), Sampling.greedy().maxTokens(1), piece -> {});
    var seen = new ArrayList<>(List.of(running.prompt()));
    while (!running.isDone()) {
      PromptProgress now = running.prompt();
      if (!now.equals(seen.getLast())) {
        seen.add(now);
      }
    }
    running.await();
    assertEquals(new PromptProgress(300, 0, 300), running.prompt());
    assertTrue(running.prompt().isDone());
    int before = 0;
    for (PromptProgress progress : seen) {
      assertTrue(progress.read() >= before, seen.toString());
      assertTrue(progress.isDone() || progress.read() % engine.options().prefillChunk() == 0, progress.toString());
      before = progress.read();
    }
  }

  @Test
  void piecesJoinToTheText() {
    var pieces = new StringBuilder();
    Completion completion =
        engine.generate(Stories.once(), Sampling.defaults().seed(7).maxTokens(80), piece -> pieces.append(piece.text()));
    assertEquals(completion.text(), pieces.toString());
    assertEquals(80, completion.ids().size());
    assertEquals(7, completion.seed());
    GenerationStats stats = completion.stats();
    assertEquals(80, stats.completionTokens());
    assertEquals(engine.encode(Stories.once()).length, stats.promptTokens());
    assertEquals(0, stats.cachedTokens());
    assertTrue(stats.promptPerSecond() > 0 && stats.decodePerSecond() > 0, stats.toString());
    assertTrue(stats.timeToFirstToken().compareTo(stats.prefill()) >= 0, stats.toString());
  }

  @Test
  void aSeedRepeatsATextAndAnotherDoesNot() {
    var sampling = Sampling.defaults().temperature(1.2).maxTokens(60);
    String first = engine.generate(Stories.once(), sampling.seed(1)).text();
    assertEquals(first, engine.generate(Stories.once(), sampling.seed(1)).text());
    assertFalse(first.equals(engine.generate(Stories.once(), sampling.seed(2)).text()));
    Completion unseeded = engine.generate(Stories.once(), sampling);
    assertEquals(unseeded.text(), engine.generate(Stories.once(), sampling.seed(unseeded.seed())).text());
  }

  @Test
  void stopStringsAreNeverEmittedAndEndIt() {
    String whole = engine.generate(Stories.once(), Sampling.greedy().maxTokens(100)).text();
    String stop = whole.substring(40, 46);
    var pieces = new StringBuilder();
    Completion stopped =
        engine.generate(
            Stories.once(), Sampling.greedy().maxTokens(100).stop("never there", stop), piece -> pieces.append(piece.text()));
    assertEquals(whole.substring(0, whole.indexOf(stop)), stopped.text());
    assertEquals(stopped.text(), pieces.toString());
    assertEquals(FinishReason.STOP, stopped.finishReason());
  }

  @Test
  void stopTokensEndItAndBelongToTheIds() {
    List<Integer> ids = engine.generate(Stories.once(), Sampling.greedy().maxTokens(20)).ids();
    Completion stopped = engine.generate(Stories.once(), Sampling.greedy().maxTokens(20).stopToken(ids.get(10)));
    assertEquals(ids.subList(0, ids.indexOf(ids.get(10)) + 1), stopped.ids());
    assertEquals(FinishReason.STOP, stopped.finishReason());
  }

  @Test
  void aFullContextEndsIt() {
    Completion completion = engine.generate(Stories.once(), Sampling.greedy());
    assertTrue(completion.finishReason() == FinishReason.LENGTH || completion.finishReason() == FinishReason.STOP);
    Completion noEnd =
        engine.generate(Stories.once(), Sampling.greedy().processor((logits, history) -> logits[2] = Float.NEGATIVE_INFINITY));
    assertEquals(FinishReason.LENGTH, noEnd.finishReason());
    assertEquals(engine.contextLength(), noEnd.stats().promptTokens() + noEnd.ids().size());
  }

  @Test
  void noTokensWanted() {
    Completion completion = engine.generate(Stories.once(), Sampling.greedy().maxTokens(0));
    assertEquals(List.of(), completion.ids());
    assertEquals(FinishReason.LENGTH, completion.finishReason());
  }

  @Test
  void aPromptThatDoesNotFitIsAnErrorAndNothingIsCut() {
    var error =
        assertThrows(IllegalArgumentException.class, () -> engine.generate(Prompt.ids(new int[513]), Sampling.greedy()));
    assertTrue(error.toString().contains("513") && error.toString().contains("512"), error.toString());
    assertThrows(IllegalArgumentException.class, () -> engine.generate(Prompt.ids(1, 512), Sampling.greedy()));
    assertThrows(IllegalArgumentException.class, () -> engine.generate(Prompt.ids(-1), Sampling.greedy()));
    assertThrows(IllegalArgumentException.class, () -> engine.generate(Prompt.ids(), Sampling.greedy()));
  }

  @Test
  void processorsChangeTheChoiceAndSeeTheHistory() {
    var seen = new ArrayList<Integer>();
    Completion completion =
        engine.generate(
            Prompt.ids(1, 403),
            Sampling.greedy()
                .maxTokens(3)
                .processor(
                    (logits, history) -> {
                      seen.add(history.size());
                      assertEquals(2, history.promptSize());
                      assertEquals(403, history.token(1));
                      Arrays.fill(logits, Float.NEGATIVE_INFINITY);
                      logits[300] = 0;
                    }));
    assertEquals(List.of(300, 300, 300), completion.ids());
    assertEquals(List.of(2, 3, 4), seen);
  }

  @Test
  void aListenersExceptionEndsItsGenerationAlone() throws Exception {
    var failure = new IllegalStateException("mine");
    Generation bad =
        engine.submit(
            Stories.once(),
            Sampling.greedy(),
            piece -> {
              throw failure;
            });
    Generation good = engine.submit(Stories.once(), Sampling.greedy().maxTokens(50), piece -> {});
    assertSame(failure, assertThrows(IllegalStateException.class, bad::await));
    assertEquals(50, good.await().ids().size());
  }

  @Test
  void cancelledInTheMiddle() {
    var reference = new AtomicReference<Generation>();
    var submitted = new CountDownLatch(1);
    Generation generation =
        engine.submit(
            Stories.once(),
            endless(),
            piece -> {
              Waiting.uninterrupted(submitted::await);
              if (piece.tokens() >= 10) {
                Objects.requireNonNull(reference.get()).cancel();
              }
            });
    reference.set(generation);
    submitted.countDown();
    Completion completion = generation.await();
    assertEquals(FinishReason.CANCELLED, completion.finishReason());
    assertTrue(completion.ids().size() >= 10 && completion.ids().size() < 20, completion.toString());
    assertTrue(generation.isDone());
  }

  @Test
  void anInterruptedWaiterGetsTheCancelledGenerationAndKeepsItsFlag() {
    Generation generation = engine.submit(Stories.once(), endless(), piece -> {});
    Thread.currentThread().interrupt();
    Completion completion = generation.await();
    assertTrue(Thread.interrupted());
    assertEquals(FinishReason.CANCELLED, completion.finishReason());
  }

  @Test
  void theDeadlineEndsIt() {
    Completion completion = engine.generate(Stories.once(), endless().deadline(Duration.ZERO));
    assertEquals(FinishReason.DEADLINE, completion.finishReason());
    assertEquals(List.of(), completion.ids());
  }

  @Test
  void closingTheModelCancelsWhatRuns() {
    var generations = new ArrayList<Generation>();
    for (int i = 0; i < 5; i++) {
      generations.add(engine.submit(Stories.once(), endless(), piece -> {}));
    }
    model.close();
    for (Generation generation : generations) {
      assertTrue(generation.isDone());
      assertEquals(FinishReason.CANCELLED, generation.await().finishReason());
    }
    assertThrows(IllegalStateException.class, () -> engine.generate(Stories.once(), Sampling.greedy()));
    engine.close();
  }

  @Test
  void waitingInAListenerIsRefused() {
    Generation generation =
        engine.submit(Stories.once(), Sampling.greedy(), piece -> engine.generate(Stories.once(), Sampling.greedy()));
    assertThrows(IllegalStateException.class, generation::await);
    Generation closer = engine.submit(Stories.once(), Sampling.greedy(), piece -> engine.close());
    assertThrows(IllegalStateException.class, closer::await);
  }

  @Test
  void manyEnginesOpenAndCloseWithoutALeak() {
    for (int i = 0; i < 50; i++) {
      try (Engine another = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2))) {
        another.generate(Stories.once(), Sampling.greedy().maxTokens(1));
      }
    }
  }

  private static Sampling endless() {
    return Sampling.greedy().processor((logits, history) -> logits[2] = Float.NEGATIVE_INFINITY);
  }
}
