package io.gatun.cli.measure;

import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.Progress;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Engine;
import io.gatun.engine.EngineOptions;
import io.gatun.engine.LogitsRows;
import io.gatun.model.Model;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * How fast a model computes here, measured as llama-bench does: prompts from an empty cache with the logits of the last
 * token alone; decoding from an empty cache, token after token, each with its logits; random tokens, and no sampling.
 *
 * @param prompt rates of prompts
 * @param generation rates of decoding
 * @param loading how long the file took to open and the engine to start
 * @param firstPrompt how long the first prompt took, before anything was warm; zero without prompts
 * @param fileBytes of the model's tensors
 * @param bytesPerToken weights that a decoded token reads
 * @param residentBytes memory of this process with the model in use, its mapped pages included
 * @param computedWith device, kernels and threads
 */
public record Benchmark(
    Samples prompt,
    Samples generation,
    Duration loading,
    Duration firstPrompt,
    long fileBytes,
    long bytesPerToken,
    OptionalLong residentBytes,
    String computedWith) {

  /** Warming up takes at least so long, and at least one repetition: the JVM compiles what it sees running. */
  private static final long WARM_NANOS = 2_000_000_000L;

  /**
   * What to measure.
   *
   * @param promptTokens of each prompt; 0 for none
   * @param generatedTokens of each decoding; 0 for none
   * @param repetitions of each, after warming up
   */
  public record Plan(int promptTokens, int generatedTokens, int repetitions) {
    public Plan {
      if (promptTokens < 0 || generatedTokens < 0 || promptTokens + generatedTokens == 0) {
        throw new UsageException(
            "-p %d -n %d: expected 0 or more of each, and not 0 of both".formatted(promptTokens, generatedTokens));
      }
      if (repetitions < 1) {
        throw new UsageException("-r %d: expected 1 or more".formatted(repetitions));
      }
    }

    private int context() {
      return Math.max(promptTokens, generatedTokens);
    }
  }

  /**
   * Measures a model file.
   *
   * @param options of the engine; its context is the plan's
   */
  public static Benchmark of(Console console, Path path, EngineOptions options, Plan plan) {
    EngineOptions sized = options.contextLength(plan.context());
    try (var loaded = LoadedModel.open(console, path, sized);
        var progress = Progress.on(console, "measuring")) {
      Model model = loaded.model();
      var run = new Run(loaded.engine(), plan.repetitions(), progress);
      Samples prompt = run.measure("prompt", plan.promptTokens(), LogitsRows.LAST);
      loaded.engine().close();
      Samples generation = Samples.NONE;
      // A chunk of one token makes the engine go through the tokens as decoding does.
      try (var decoding = Engine.over(model, sized.prefillChunk(1))) {
        generation = new Run(decoding, plan.repetitions(), progress).measure("decoding", plan.generatedTokens(), LogitsRows.ALL);
        return new Benchmark(
            prompt,
            generation,
            loaded.loading(),
            run.first,
            model.checkpoint().tensors().values().stream().mapToLong(tensor -> tensor.byteSize()).sum(),
            WeightTraffic.bytesPerToken(model),
            ResidentMemory.now(),
            decoding.describe());
      }
    }
  }

  /** Weights read per second of decoding, in 10⁹ bytes; empty if no decoding was measured. */
  public OptionalDouble weightGigabytesPerSecond() {
    return generation.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(bytesPerToken * generation.median() / 1e9);
  }

  /** The same work again and again on one engine. */
  private static final class Run {
    private final Engine engine;
    private final int repetitions;
    private final Progress progress;
    private Duration first = Duration.ZERO;

    Run(Engine engine, int repetitions, Progress progress) {
      this.engine = engine;
      this.repetitions = repetitions;
      this.progress = progress;
    }

    Samples measure(String what, int tokens, LogitsRows rows) {
      if (tokens == 0) {
        return Samples.NONE;
      }
      int[] ids = tokens(tokens);
      progress.say("warming up for " + what);
      long warm = nanos(ids, rows);
      first = Duration.ofNanos(warm);
      while (warm < WARM_NANOS) {
        warm += nanos(ids, rows);
      }
      var rates = new double[repetitions];
      for (int i = 0; i < repetitions; i++) {
        progress.say("%s, %d tokens, %d of %d".formatted(what, tokens, i + 1, repetitions));
        rates[i] = tokens * 1e9 / nanos(ids, rows);
      }
      return Samples.of(rates);
    }

    private long nanos(int[] ids, LogitsRows rows) {
      long begin = System.nanoTime();
      engine.logits(ids, rows, (position, logits) -> {});
      return System.nanoTime() - begin;
    }

    /** BOS if prompts have it, then random tokens, always the same. */
    private int[] tokens(int count) {
      var vocabulary = engine.model().tokenizer().vocabulary();
      int[] ids = new SplittableRandom(count).ints(count, 0, vocabulary.size()).toArray();
      if (vocabulary.addsBos()) {
        vocabulary.bos().ifPresent(bos -> ids[0] = bos);
      }
      return ids;
    }
  }
}
