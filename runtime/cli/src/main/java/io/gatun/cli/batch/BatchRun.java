package io.gatun.cli.batch;

import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Progress;
import io.gatun.engine.Completion;
import io.gatun.engine.FinishReason;
import io.gatun.engine.Generation;
import io.gatun.tensors.FormatException;
import io.gatun.text.template.TemplateException;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Answers a file of requests. As many as {@link BatchPlan#parallel} are with the engine at any time; the place of one that
 * has ended is taken at once, and what a slow line holds up waits in the {@link Journal}, not in memory.
 *
 * <p>Used by one thread, once.
 */
public final class BatchRun {
  /** Lines that may be read beyond the first one without a result: what the table of waiting results can grow to. */
  private static final long FARTHEST = 1 << 18;

  private final Console console;
  private final LoadedModel loaded;
  private final BatchPlan plan;
  private final BlockingQueue<Finished> finished = new LinkedBlockingQueue<>();
  private int running;

  /** A generation that has ended, well or not. */
  private record Finished(Reply reply, Optional<Completion> completion, Optional<Throwable> failure) {}

  public BatchRun(Console console, LoadedModel loaded, BatchPlan plan) {
    this.console = console;
    this.loaded = loaded;
    this.plan = plan;
  }

  /**
   * Runs to the end, or goes on with what an interrupted run left. The numbers of the run are in the result.
   *
   * @return several lines for people, without a newline at the end
   * @throws io.gatun.cli.terminal.UsageException if the output belongs to something else
   */
  public String run() {
    Digests.Input input = Digests.input(plan.input());
    String name = modelName();
    long seed = plan.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong(1L << 32));
    var parser = new RequestParser(plan.defaults(), plan.variables(), seed, name);
    try (Results results = new Recovery(plan.input(), plan.output(), parser, identity(input), this::notice).open()) {
      var tally = new BatchTally(input.lines(), results.resumed());
      if (results.next() > input.lines()) {
        results.complete();
        notice("%s: all %d lines have their answers: nothing to do".formatted(plan.output(), input.lines()));
        return tally.summary();
      }
      Thread farewell = Thread.ofPlatform().unstarted(() -> interrupted(results, tally));
      Runtime.getRuntime().addShutdownHook(farewell);
      try (var progress = Progress.on(console, "%d lines".formatted(input.lines()))) {
        generate(
            results,
            new RequestParser(plan.defaults(), plan.variables(), results.seed(), name),
            tally,
            () -> progress.say(tally.progress()));
        results.complete();
      } finally {
        forget(farewell);
      }
      warn(tally);
      return tally.summary() + "\nseed:                " + results.seed();
    }
  }

  private RunIdentity identity(Digests.Input input) {
    var parts = new LinkedHashMap<String, String>();
    parts.put("input", input.sha256());
    parts.put("model", loaded.model().fingerprint());
    parts.put("--seed", plan.seed().isPresent() ? String.valueOf(plan.seed().getAsLong()) : "random");
    parts.putAll(plan.options());
    return new RunIdentity(parts);
  }

  private String modelName() {
    String file = String.valueOf(loaded.path().getFileName());
    return file.endsWith(".gguf") ? file.substring(0, file.length() - ".gguf".length()) : file;
  }

  private void generate(Results results, RequestParser parser, BatchTally tally, Runnable progress) {
    try (var lines = LineReader.open(plan.input())) {
      for (Optional<InputLine> line = lines.next(); line.isPresent(); line = lines.next()) {
        long number = line.get().number();
        if (!results.has(number)) {
          while (running >= plan.parallel() || (running > 0 && number - results.next() > FARTHEST)) {
            take(results, tally);
            progress.run();
          }
          begin(parser.parse(line.get()), results, tally);
        }
      }
    }
    while (running > 0) {
      take(results, tally);
      progress.run();
    }
  }

  private void begin(Request request, Results results, BatchTally tally) {
    switch (request) {
      case Request.Bad bad -> bad(bad.reply(), bad.message(), results, tally);
      case Request.Generate wanted -> {
        Generation generation;
        try {
          generation = loaded.engine().submit(wanted.prompt(), wanted.sampling(), piece -> {});
        } catch (IllegalArgumentException | TemplateException e) {
          bad(wanted.reply(), String.valueOf(e.getMessage()), results, tally);
          return;
        }
        running++;
        Thread.ofVirtual().name("line " + request.reply().line()).start(() -> await(wanted.reply(), generation));
      }
    }
  }

  private void await(Reply reply, Generation generation) {
    try {
      finished.add(new Finished(reply, Optional.of(generation.await()), Optional.empty()));
    } catch (RuntimeException | Error e) {
      finished.add(new Finished(reply, Optional.empty(), Optional.of(e)));
    }
  }

  private void take(Results results, BatchTally tally) {
    Finished ended = next();
    running--;
    if (ended.completion().isPresent()) {
      Completion completion = ended.completion().get();
      if (completion.finishReason() == FinishReason.CANCELLED) {
        throw new IllegalStateException("line %d was cancelled".formatted(ended.reply().line()));
      }
      results.take(ended.reply().line(), ended.reply().answer(completion));
      tally.answered(completion.stats().promptTokens(), completion.stats().completionTokens());
      tally.guessed(completion.stats().draftTokens(), completion.stats().acceptedTokens());
      return;
    }
    switch (ended.failure().orElseThrow()) {
      case FormatException e -> bad(ended.reply(), String.valueOf(e.getMessage()), results, tally);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private Finished next() {
    try {
      return finished.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while generating; the same command goes on from here", e);
    }
  }

  private static void bad(Reply reply, String message, Results results, BatchTally tally) {
    results.take(reply.line(), reply.problem(message));
    tally.bad(reply.line());
  }

  private void warn(BatchTally tally) {
    if (tally.errors() > 0) {
      notice("lines with errors: %d, the first is line %d".formatted(tally.errors(), tally.firstError()));
    }
  }

  /** On a signal, while the JVM ends: the other threads still run, but must not leave half a line or say more. */
  private void interrupted(Results results, BatchTally tally) {
    results.seal();
    notice("interrupted with %s; the same command goes on from there".formatted(tally.progress()));
  }

  private static void forget(Thread farewell) {
    try {
      Runtime.getRuntime().removeShutdownHook(farewell);
    } catch (IllegalStateException e) {
      // The JVM is ending already: the farewell is being said.
    }
  }

  private void notice(String text) {
    console.err().line("gatun: " + EscapeFilter.oneLine(text));
  }
}
