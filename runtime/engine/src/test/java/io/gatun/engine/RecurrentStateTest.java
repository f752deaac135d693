package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state that goes from token to token cannot be taken back: what is not reused is computed again, and nobody can tell. */
class RecurrentStateTest {
  private static final Sampling SAMPLING = Sampling.greedy().maxTokens(12);

  private static int[] text() {
    return References.ids(References.prompt("qwen35", "long").path("ids"));
  }

  private static Prompt first(int tokens) {
    return Prompt.ids(Arrays.copyOf(text(), tokens));
  }

  private static Engine engine(Model model) {
    return Engine.over(model, Stories.options(ActivationPrecision.Q8, 2).prefillChunk(32));
  }

  @Test
  void conversationsGoOnForwardsAndBack() {
    try (Model model = References.open("qwen35");
        Engine engine = engine(model);
        Session session = engine.session()) {
      Completion answer = session.generate(first(60), SAMPLING, piece -> {});
      assertEquals(engine.generate(first(60), SAMPLING).ids(), answer.ids());

      IntStream answered = answer.ids().stream().mapToInt(Integer::intValue);
      int[] more = IntStream.concat(Arrays.stream(text(), 0, 60), answered).toArray();
      Completion next = session.generate(Prompt.ids(more), SAMPLING, piece -> {});
      assertEquals(engine.generate(Prompt.ids(more), SAMPLING).ids(), next.ids());
      assertTrue(next.stats().cachedTokens() >= 60, next.stats().toString());

      Completion back = session.generate(first(50), SAMPLING, piece -> {});
      assertEquals(engine.generate(first(50), SAMPLING).ids(), back.ids());
      assertEquals(0, back.stats().cachedTokens());
    }
  }

  @Test
  void forksAndSavedSessionsGoTheirOwnWays(@TempDir Path folder) throws IOException {
    try (Model model = References.open("qwen35");
        Engine engine = engine(model);
        Session session = engine.session()) {
      session.generate(first(40), SAMPLING, piece -> {});
      Path file = folder.resolve("saved");
      session.save(file, "");
      var longer = List.of(first(90), first(120), first(41));
      try (Session fork = session.fork();
          Session restored = engine.restore(file)) {
        for (Prompt prompt : longer) {
          List<Integer> expected = engine.generate(prompt, SAMPLING).ids();
          assertEquals(expected, fork.generate(prompt, SAMPLING, piece -> {}).ids());
          assertEquals(expected, restored.generate(prompt, SAMPLING, piece -> {}).ids());
        }
        List<Integer> expected = engine.generate(first(100), SAMPLING).ids();
        assertEquals(expected, session.generate(first(100), SAMPLING, piece -> {}).ids());
      }
    }
  }

  @Test
  void equalBeginningsDoNotMixStates() {
    try (Model model = References.open("qwen35");
        Engine engine = engine(model)) {
      List<Prompt> prompts = List.of(first(60), first(61), first(60), first(100), first(99), first(60));
      var running = new ArrayList<Generation>();
      for (Prompt prompt : prompts) {
        running.add(engine.submit(prompt, SAMPLING, piece -> {}));
      }
      for (int i = 0; i < prompts.size(); i++) {
        assertEquals(engine.generate(prompts.get(i), SAMPLING).ids(), running.get(i).await().ids(), "request " + i);
      }
    }
  }
}
