package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.model.Model;
import io.gatun.tensors.FormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A conversation computes only what is new, and answers as if it had computed everything. */
class SessionTest {

  @Test
  void theNextTurnComputesOnlyWhatIsNew() {
    try (Model model = Stories.open("-q4_0");
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2));
        Session session = engine.session()) {
      var messages = new ArrayList<Message>();
      int known = 0;
      for (String said : List.of("Once upon a time", "Then the dog came.", "She said", "The end.")) {
        messages.add(Message.user(said));
        Completion answer = session.generate(Chat.of(messages), Sampling.defaults().seed(3).maxTokens(30), piece -> {});
        int own = model.tokenizer().encode(said, Set.of()).length;
        // the last token of an answer was chosen but never fed; an end token is not part of the text
        int fresh = answer.stats().promptTokens() - answer.stats().cachedTokens();
        assertTrue(known == 0 || fresh <= own + 2, said + ": " + answer.stats());
        assertEquals(
            engine.generate(exact(session), Sampling.defaults().seed(3).maxTokens(30)).ids(),
            answer.ids(),
            "resumed as from scratch");
        known = session.cachedTokens();
        assertTrue(known > 0);
        messages.add(Message.assistant(answer.text()));
      }
    }
  }

  @Test
  void regeneratingAndEditingReuseThePrefix() {
    try (Model model = Stories.open("");
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2));
        Session session = engine.session()) {
      var prompt = Prompt.text("Once upon a time there was a dog");
      Completion first = session.generate(prompt, Sampling.greedy().maxTokens(20), piece -> {});
      Completion again = session.generate(prompt, Sampling.greedy().maxTokens(20), piece -> {});
      assertEquals(first.ids(), again.ids());
      assertEquals(first.stats().promptTokens() - 1, again.stats().cachedTokens());
      var edited = Prompt.text("Once upon a time there was a cat");
      assertEquals(
          engine.generate(edited, Sampling.greedy().maxTokens(20)).ids(),
          session.generate(edited, Sampling.greedy().maxTokens(20), piece -> {}).ids());
    }
  }

  @Test
  void oneGenerationAtATimeAndNoneAfterClose() {
    try (Model model = Stories.open("");
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2))) {
      Session session = engine.session();
      Generation running =
          session.submit(
              Stories.once(),
              Sampling.greedy().processor((logits, history) -> logits[2] = Float.NEGATIVE_INFINITY),
              piece -> {});
      assertThrows(
          IllegalStateException.class, () -> session.generate(Stories.once(), Sampling.greedy(), piece -> {}));
      session.close();
      assertTrue(running.isDone());
      assertEquals(0, engine.cacheBytes());
      assertThrows(
          IllegalStateException.class, () -> session.generate(Stories.once(), Sampling.greedy(), piece -> {}));
    }
  }

  @Test
  void survivesACancelAndAFailure() {
    try (Model model = Stories.open("");
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2));
        Session session = engine.session()) {
      assertThrows(
          ArithmeticException.class,
          () ->
              session.generate(
                  Stories.once(),
                  Sampling.greedy(),
                  piece -> {
                    throw new ArithmeticException();
                  }));
      Generation cancelled = session.submit(Stories.once(), Sampling.greedy(), piece -> {});
      cancelled.cancel();
      cancelled.await();
      assertEquals(
          engine.generate(Stories.once(), Sampling.greedy().maxTokens(30)).ids(),
          session.generate(Stories.once(), Sampling.greedy().maxTokens(30), piece -> {}).ids());
    }
  }

  @Test
  void savedAndRestoredItGoesOnWithoutComputingAgain(@TempDir Path folder) throws Exception {
    var messages = new ArrayList<>(List.of(Message.user("Once upon a time there was a dog who liked to play")));
    Path file = folder.resolve("session");
    try (Model model = Stories.open("-q4_0");
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2));
        Session session = engine.session()) {
      Completion answer = session.generate(Chat.of(messages), Sampling.greedy().maxTokens(80), piece -> {});
      session.save(file, "what the caller wants to remember é");
      int[] next = Arrays.copyOf(((CachedSession) session).lastPrompt(), answer.stats().promptTokens() + answer.ids().size() + 3);
      for (int i = 0; i < answer.ids().size(); i++) {
        next[answer.stats().promptTokens() + i] = answer.ids().get(i);
      }
      Arrays.fill(next, next.length - 3, next.length, 300);
      Completion expected = session.generate(Prompt.ids(next), Sampling.greedy().maxTokens(30), piece -> {});

      try (Session restored = engine.restore(file)) {
        assertEquals("what the caller wants to remember é", restored.note());
        assertEquals(answer.stats().promptTokens() + answer.ids().size() - 1, restored.cachedTokens());
        Completion actual = restored.generate(Prompt.ids(next), Sampling.greedy().maxTokens(30), piece -> {});
        assertEquals(expected.ids(), actual.ids());
        assertEquals(expected.stats().cachedTokens(), actual.stats().cachedTokens());
      }
      // the whole conversation again, as a chat program would: the answer keeps the tokens it was given with
      messages.addAll(List.of(Message.assistant(answer.text()), Message.user("Then")));
      try (Session restored = engine.restore(file)) {
        Completion turn = restored.generate(Chat.of(messages), Sampling.greedy().maxTokens(5), piece -> {});
        assertTrue(turn.stats().cachedTokens() >= answer.stats().promptTokens() + answer.ids().size() - 2, turn.toString());
      }
      try (Engine f32 = Engine.over(model, Stories.options(ActivationPrecision.F32, 1));
          Session recomputed = f32.restore(file)) {
        assertEquals(0, recomputed.cachedTokens(), "pages of another type are not taken");
        assertEquals("what the caller wants to remember é", recomputed.note());
      }
    }
    try (Model other = Stories.open("-q8_0");
        Engine engine = Engine.over(other, Stories.options(ActivationPrecision.Q8, 2))) {
      assertThrows(IllegalArgumentException.class, () -> engine.restore(file));
    }
    byte[] whole = Files.readAllBytes(file);
    try (Model model = Stories.open("-q4_0");
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2))) {
      for (int length = 0; length < whole.length; length += length < 900 ? 1 : 9973) {
        Files.write(file, Arrays.copyOf(whole, length));
        assertThrows(FormatException.class, () -> engine.restore(file));
      }
      assertEquals(0, engine.cacheBytes());
    }
    try (var left = Files.list(folder)) {
      assertEquals(1, left.count(), "no temporary file is left");
    }
  }

  /** The next prompt is submitted at once when an answer has ended, while the scheduler still looks at it. */
  @Test
  void anEndedAnswerLeavesItsCacheAlone() {
    try (Model model = Stories.open("-q4_0");
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2));
        Session session = engine.session()) {
      var prompts = List.of(idsAfterEqualOnes(300), idsAfterEqualOnes(310));
      session.generate(Prompt.ids(prompts.getLast()), Sampling.greedy().maxTokens(1), piece -> {});
      for (int turn = 0; turn < 400; turn++) {
        var answer =
            session.generate(Prompt.ids(prompts.get(turn % 2)), Sampling.greedy().maxTokens(1), piece -> {});
        assertEquals(20, answer.stats().cachedTokens(), "turn " + turn);
      }
    }
  }

  private static int[] idsAfterEqualOnes(int first) {
    return IntStream.range(0, 40).map(i -> i < 20 ? 400 + i : first + i).toArray();
  }

  @Test
  void forksGoTheirOwnWays() {
    try (Model model = Stories.open("-q4_0");
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2));
        Session session = engine.session()) {
      var prompt = Prompt.text("Once upon a time there was a dog");
      session.generate(prompt, Sampling.greedy().maxTokens(90), piece -> {});
      try (Session fork = session.fork()) {
        assertEquals(session.cachedTokens(), fork.cachedTokens());
        for (int seed = 0; seed < 3; seed++) {
          var sampling = Sampling.defaults().seed(seed).maxTokens(60);
          List<Integer> expected = engine.generate(prompt, sampling).ids();
          assertEquals(expected, fork.generate(prompt, sampling, piece -> {}).ids());
          assertEquals(
              engine.generate(prompt, sampling.seed(9)).ids(),
              session.generate(prompt, sampling.seed(9), piece -> {}).ids());
        }
      }
    }
  }

  /** The tokens that the session's prompt had. */
  private static Prompt exact(Session session) {
    return Prompt.ids(((CachedSession) session).lastPrompt());
  }
}
