package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.engine.SamplerStep.Dry;
import io.gatun.engine.SamplerStep.Penalties;
import io.gatun.engine.SamplerStep.Temperature;
import io.gatun.engine.SamplerStep.TypicalP;
import io.gatun.engine.SamplerStep.Xtc;
import io.gatun.model.Model;
import io.gatun.tensors.UnsupportedModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guessing ahead is not to be seen in anything but time: not in a token, a piece, a stop, or a processor's view. */
@Timeout(300)
class SpeculationTest {
  private static final List<Speculation.Method> METHODS = List.of(Speculation.Method.values());

  /** Guesses are made whatever they cost here, right ones and wrong ones. */
  private static final Speculation GUESSING =
      Speculation.standard().length(Speculation.Length.LONGEST).minProbability(0);

  /** The story model's end of text, which it seldom comes to by itself. */
  private static final int END = 2;

  private static final Prompt REPETITIVE = Prompt.text("Tom had a red ball. Tom had a red ball. Tom had a red");

  static Stream<Sampling> chains() {
    Sampling warm = Sampling.defaults().temperature(1.1);
    return Stream.of(
        Sampling.greedy(),
        warm,
        Sampling.defaults().chain(Temperature.of(0.6)),
        warm.with(new Penalties(64, 1.3, 0.2, 0.1)),
        warm.with(Dry.of(0.8)),
        warm.with(new Xtc(0.5, 0.05)),
        warm.with(new Temperature(0.9, 0.5, 1)).with(new TypicalP(0.7)),
        warm.chain(warm.chain().mirostat(Mirostat.OFF.version(Mirostat.Version.ONE))),
        warm.chain(warm.chain().mirostat(Mirostat.OFF.version(Mirostat.Version.TWO).tau(2))),
        warm.logitBias(411, -3).logprobs(3).ignoreEos());
  }

  @ParameterizedTest
  @MethodSource("chains")
  void everyChainChoosesTheSameTokens(Sampling chain) {
    Sampling sampling = chain.maxTokens(120);
    var tally = new Tally();
    for (String target : List.of("", "-f16")) {
      try (Model model = Stories.open(target);
          Model draft = Stories.open("-q4_0");
          Engine engine = Engine.over(model, draft, Stories.options(ActivationPrecision.Q8, 2))) {
        for (long seed = 1; seed <= 3; seed++) {
          for (Prompt prompt : List.of(Stories.once(), REPETITIVE)) {
            Told plain = tell(engine, prompt, sampling.seed(seed).speculation(Speculation.none()));
            assertEquals(0, plain.completion().stats().draftTokens());
            for (Speculation speculation : List.of(GUESSING, GUESSING.method(Speculation.Method.NGRAM))) {
              Told told = tell(engine, prompt, sampling.seed(seed).speculation(speculation));
              plain.assertSameAs(told);
              tally.add(told.completion().stats());
            }
          }
        }
      }
    }
    tally.assertBothVerdicts();
  }

  @ParameterizedTest
  @EnumSource(value = ActivationPrecision.class, names = {"Q8", "F32"})
  void everyPrecisionChoosesTheSameTokens(ActivationPrecision precision) {
    var tally = new Tally();
    for (String target : List.of("", "-f16", "-q4_0", "-q8_0")) {
      try (Model model = Stories.open(target);
          Model draft = Stories.open("-q4_0");
          Engine plainEngine = Engine.over(model, Stories.options(precision, 1).prefillChunk(1));
          Engine engine = Engine.over(model, draft, Stories.options(precision, 2))) {
        for (Sampling sampling : List.of(Sampling.greedy(), Sampling.defaults().seed(5))) {
          Told plain = tell(plainEngine, Stories.once(), sampling.maxTokens(200));
          Told told = tell(engine, Stories.once(), sampling.maxTokens(200).speculation(GUESSING));
          plain.assertSameAs(told);
          tally.add(told.completion().stats());
        }
      }
    }
    tally.assertBothVerdicts();
  }

  /** What processors saw at each call, token by token: a wrong guess must never be among it. */
  @ParameterizedTest
  @EnumSource(value = Speculation.Method.class, names = {"AUTO", "NGRAM"})
  void wrongGuessesLeaveNoTraces(Speculation.Method method) {
    try (Model model = Stories.open("");
        Model draft = Stories.open("-q4_0");
        Engine engine = Engine.over(model, draft, Stories.options(ActivationPrecision.Q8, 2))) {
      List<List<Integer>> plain = histories(engine, Speculation.none());
      assertEquals(plain, histories(engine, GUESSING.method(method)));
    }
  }

  private static List<List<Integer>> histories(Engine engine, Speculation speculation) {
    var seen = new ArrayList<List<Integer>>();
    Sampling sampling =
        Sampling.defaults()
            .temperature(1.3)
            .seed(3)
            .maxTokens(60)
            .processor(
                (logits, history) -> {
                  var tokens = new ArrayList<Integer>();
                  for (int i = 0; i < history.size(); i++) {
                    tokens.add(history.token(i));
                  }
                  tokens.add(Arrays.hashCode(logits));
                  seen.add(tokens);
                })
            .speculation(speculation);
    Completion completion = engine.generate(REPETITIVE, sampling);
    GenerationStats stats = completion.stats();
    boolean guessing = speculation.method() != Speculation.Method.NONE;
    assertTrue(!guessing || stats.draftTokens() > stats.acceptedTokens(), stats.toString());
    assertEquals(completion.ids().size(), seen.size());
    return seen;
  }

  @Test
  void manyRequestsTogetherAreAsAlone() {
    try (Model model = Stories.open("");
        Model draft = Stories.open("-q4_0")) {
      List<Completion> alone = new ArrayList<>();
      try (Engine engine = Engine.over(model, Stories.options(ActivationPrecision.Q8, 1))) {
        for (int i = 0; i < 24; i++) {
          alone.add(engine.generate(prompt(i), sampling(i)));
        }
      }
      for (int chunk : new int[] {1, 7, 40, 128}) {
        var tally = new Tally();
        try (Engine engine =
            Engine.over(model, draft, Stories.options(ActivationPrecision.Q8, 2).prefillChunk(chunk))) {
          var running = new ArrayList<Generation>();
          for (int i = 0; i < alone.size(); i++) {
            running.add(engine.submit(prompt(i), sampling(i), piece -> {}));
          }
          for (int i = 0; i < alone.size(); i++) {
            Completion completion = running.get(i).await();
            assertEquals(alone.get(i).ids(), completion.ids(), "request " + i + ", chunk " + chunk);
            tally.add(completion.stats());
          }
          assertEquals(0, engine.cacheBytes());
        }
        assertTrue(chunk < 4 ? tally.drafted == 0 : tally.accepted > 0, "chunk " + chunk + ": " + tally);
      }
    }
  }

  private static Prompt prompt(int i) {
    String text = "Once upon a time there was a little girl named Lily";
    return i % 3 == 0 ? REPETITIVE : Prompt.text(text + " and".repeat(i));
  }

  private static Sampling sampling(int i) {
    Speculation.Method method = METHODS.get(i % METHODS.size());
    return Sampling.defaults().temperature(i % 2).seed(i).maxTokens(30 + i).speculation(GUESSING.method(method));
  }

  @Test
  void conversationsGoOnForkAndGoBack() {
    try (Model model = Stories.open("");
        Model draft = Stories.open("-q4_0");
        Engine engine = Engine.over(model, draft, Stories.options(ActivationPrecision.Q8, 2))) {
      Sampling plain = Sampling.greedy().maxTokens(30).speculation(Speculation.none());
      Sampling guessing = plain.speculation(GUESSING);
      String text = "Once upon a time there was a bear.";
      try (Session expected = engine.session();
          Session session = engine.session()) {
        for (int turn = 0; turn < 4; turn++) {
          Completion answer = session.generate(Prompt.text(text), guessing, piece -> {});
          Completion other = expected.generate(Prompt.text(text), plain, piece -> {});
          assertEquals(other.ids(), answer.ids());
          assertEquals(other.stats().cachedTokens(), answer.stats().cachedTokens(), "turn " + turn);
          assertEquals(expected.cachedTokens(), session.cachedTokens());
          try (Session fork = session.fork()) {
            Prompt branch = Prompt.text(text + answer.text() + " But");
            assertEquals(engine.generate(branch, plain).ids(), fork.generate(branch, guessing, piece -> {}).ids());
          }
          text += answer.text() + " Then he went home.";
        }
        Prompt back = Prompt.text("Once upon a time there was a cat.");
        assertEquals(engine.generate(back, plain).ids(), session.generate(back, guessing, piece -> {}).ids());
      }
      assertEquals(0, engine.cacheBytes());
    }
  }

  /** Wherever a text ends, it ends there with guesses too: in the middle of right ones for most of these limits. */
  @Test
  void limitsStopsAndTheContextEndItAtTheSameToken() {
    try (Model model = Stories.open("");
        Model same = Stories.open("");
        Engine engine = Engine.over(model, same, Stories.options(ActivationPrecision.Q8, 2).contextLength(90))) {
      var ends = new ArrayList<>(List.of(Sampling.greedy()));
      for (int max = 0; max < 25; max++) {
        ends.add(Sampling.greedy().maxTokens(max));
      }
      Completion whole = engine.generate(Stories.once(), Sampling.greedy().speculation(Speculation.none()));
      assertEquals(FinishReason.LENGTH, whole.finishReason(), "the context is full");
      for (int from = 5; from < 60; from += 7) {
        ends.add(Sampling.greedy().stop(whole.text().substring(from, from + 5)));
        ends.add(Sampling.greedy().stopToken(whole.ids().get(from)));
      }
      var tally = new Tally();
      for (Sampling sampling : ends) {
        try (Session session = engine.session();
            Session expected = engine.session()) {
          Told plain = tell(expected, Stories.once(), sampling.speculation(Speculation.none()));
          Told told = tell(session, Stories.once(), sampling.speculation(GUESSING));
          plain.assertSameAs(told);
          assertEquals(expected.cachedTokens(), session.cachedTokens());
          tally.add(told.completion().stats());
          boolean limited = told.completion().finishReason() == FinishReason.LENGTH;
          assertTrue(!limited || told.completion().stats().draftTokens() == told.completion().stats().acceptedTokens());
        }
      }
      assertTrue(tally.accepted > 500, tally.toString());
    }
  }

  @Test
  void anEndOfTextAmongRightGuessesEndsIt() {
    try (Model model = Stories.open("");
        Model same = Stories.open("");
        Engine engine = Engine.over(model, same, Stories.options(ActivationPrecision.Q8, 2))) {
      for (long seed = 0; seed < 24; seed++) {
        long end = 20 + seed;
        Sampling sampling =
            Sampling.defaults()
                .temperature(0.3)
                .seed(seed)
                .maxTokens(60)
                .processor((logits, history) -> logits[END] += history.size() == end ? 100 : 0);
        Told plain = tell(engine, Stories.once(), sampling.speculation(Speculation.none()));
        plain.assertSameAs(tell(engine, Stories.once(), sampling.speculation(GUESSING)));
        assertEquals(FinishReason.STOP, plain.completion().finishReason());
        assertEquals(END, plain.completion().ids().getLast());
      }
    }
  }

  @Test
  void aListenerThatCancelsGetsNoTokenMore() {
    try (Model model = Stories.open("");
        Model same = Stories.open("");
        Engine engine = Engine.over(model, same, Stories.options(ActivationPrecision.Q8, 2))) {
      for (int at = 5; at < 25; at++) {
        Completion plain = cancelledAt(engine, at, Speculation.none());
        assertEquals(plain.ids(), cancelledAt(engine, at, GUESSING).ids(), "cancelled at " + at);
      }
    }
  }

  private static Completion cancelledAt(Engine engine, int tokens, Speculation speculation) {
    var running = new CompletableFuture<Generation>();
    Sampling sampling = Sampling.greedy().maxTokens(60).speculation(speculation);
    running.complete(
        engine.submit(
            Stories.once(),
            sampling,
            piece -> {
              if (piece.tokens() >= tokens) {
                running.join().cancel();
              }
            }));
    Completion completion = running.join().await();
    assertEquals(FinishReason.CANCELLED, completion.finishReason());
    return completion;
  }

  /** A state cannot be taken back token by token: it is taken back to before the guesses; right ones are fed again. */
  @ParameterizedTest
  @ValueSource(strings = {"ngram", "draft"})
  void recurrentModelsToo(String method) {
    boolean ngram = method.equals("ngram");
    int[] text = References.ids(References.prompt("qwen35", "long").path("ids"));
    LogitsProcessor repeating =
        (logits, history) -> logits[history.token(history.size() - 20)] += history.size() % 11 == 0 ? 0 : 100;
    var tally = new Tally();
    try (Model model = References.open("qwen35");
        Model same = References.open("qwen35");
        Engine engine = Engine.over(model, same, Stories.options(ActivationPrecision.Q8, 2).prefillChunk(32))) {
      for (double temperature : new double[] {0, 0.05, 0.3}) {
        Sampling sampling = Sampling.defaults().temperature(temperature).seed(2).maxTokens(60);
        if (ngram) {
          sampling = sampling.processor(repeating);
        }
        try (Session session = engine.session()) {
          for (int length : new int[] {60, 90, 120}) {
            Prompt prompt = Prompt.ids(Arrays.copyOf(text, length));
            Told plain = tell(engine, prompt, sampling.speculation(Speculation.none()));
            Told told =
                tell(
                    session,
                    prompt,
                    sampling.speculation(GUESSING.method(ngram ? Speculation.Method.NGRAM : Speculation.Method.AUTO)));
            plain.assertSameAs(told);
            tally.add(told.completion().stats());
          }
        }
      }
      assertEquals(0, engine.cacheBytes());
    }
    tally.assertBothVerdicts();
  }

  @Test
  void aModelOfAnotherVocabularyIsRefused(@TempDir Path folder) {
    Path file = ChatModels.write(folder, Map.of(), List.of("other"));
    try (Model model = Stories.open("");
        Model other = Model.open(file)) {
      var options = EngineOptions.defaults();
      var error = assertThrows(UnsupportedModelException.class, () -> Engine.over(model, other, options));
      assertTrue(String.valueOf(error.getMessage()).contains("is 'other', expected"), error.toString());
      assertTrue(String.valueOf(error.getMessage()).contains(file.toString()), error.toString());
      assertEquals(0, engines(), "no thread is left");
    }
  }

  private static long engines() {
    return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("gatun")).count();
  }

  @Test
  void aModelWithoutAHeadIsRefused() {
    try (Model model = Stories.open("");
        Model bert = References.open("bert")) {
      assertThrows(UnsupportedModelException.class, () -> Engine.over(model, bert, EngineOptions.defaults()));
    }
  }

  @Test
  @SuppressWarnings("try") // closed by hand, which is what is tested
  void closingTheDraftModelClosesTheEngine() {
    try (Model model = Stories.open("");
        Model draft = Stories.open("-q4_0")) {
      Engine engine = Engine.over(model, draft, Stories.options(ActivationPrecision.Q8, 1));
      Generation running = engine.submit(Stories.once(), Sampling.greedy().ignoreEos(), piece -> {});
      draft.close();
      assertEquals(FinishReason.CANCELLED, running.await().finishReason());
      assertThrows(IllegalStateException.class, () -> engine.generate(Stories.once(), Sampling.greedy()));
    }
  }

  @Test
  void itsNumbersAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> Speculation.ngram().max(-1));
    assertThrows(IllegalArgumentException.class, () -> Speculation.ngram().min(-1));
    assertThrows(IllegalArgumentException.class, () -> Speculation.ngram().minProbability(1.5));
  }

  @Test
  void limitsOfDraftsHold() {
    try (Model model = Stories.open("");
        Model same = Stories.open("");
        Engine engine = Engine.over(model, same, Stories.options(ActivationPrecision.Q8, 2))) {
      Sampling sampling = Sampling.greedy().maxTokens(50);
      Speculation certain = GUESSING.minProbability(1);
      assertEquals(0, engine.generate(Stories.once(), sampling.speculation(certain)).stats().draftTokens());
      assertEquals(0, engine.generate(Stories.once(), sampling.speculation(GUESSING.max(0))).stats().draftTokens());
      Speculation tooFew = GUESSING.max(3).min(4);
      assertEquals(0, engine.generate(Stories.once(), sampling.speculation(tooFew)).stats().draftTokens());
      GenerationStats stats = engine.generate(Stories.once(), sampling.speculation(GUESSING.max(3).min(3))).stats();
      assertTrue(stats.draftTokens() > 0 && stats.draftTokens() % 3 == 0, stats.toString());
    }
  }

  /** A completion, and the pieces that it came in. */
  private record Told(Completion completion, List<Piece> pieces) {
    void assertSameAs(Told other) {
      assertEquals(completion.ids(), other.completion.ids());
      assertEquals(completion.text(), other.completion.text());
      assertEquals(completion.finishReason(), other.completion.finishReason());
      assertEquals(completion.logprobs(), other.completion.logprobs());
      assertEquals(pieces, other.pieces);
      assertFalse(completion.ids().isEmpty() && !pieces.isEmpty());
    }
  }

  private static Told tell(Engine engine, Prompt prompt, Sampling sampling) {
    try (Session session = engine.session()) {
      return tell(session, prompt, sampling);
    }
  }

  private static Told tell(Session session, Prompt prompt, Sampling sampling) {
    var pieces = new ArrayList<Piece>();
    Completion completion = session.generate(prompt, sampling, pieces::add);
    return new Told(completion, pieces);
  }

  /** Guesses of several generations. */
  private static final class Tally {
    private int drafted;
    private int accepted;

    void add(GenerationStats stats) {
      assertTrue(stats.acceptedTokens() <= stats.draftTokens(), stats.toString());
      drafted += stats.draftTokens();
      accepted += stats.acceptedTokens();
    }

    void assertBothVerdicts() {
      assertTrue(accepted > 0 && accepted < drafted, toString());
    }

    @Override
    public String toString() {
      return "%d of %d guesses were right".formatted(accepted, drafted);
    }
  }
}
