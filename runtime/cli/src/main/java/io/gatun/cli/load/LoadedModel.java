package io.gatun.cli.load;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Progress;
import io.gatun.engine.Engine;
import io.gatun.engine.EngineOptions;
import io.gatun.model.Model;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A model, perhaps a draft model, and the engine over them, owned together. Thread-safe as they are.
 *
 * @param path as the user gave it
 * @param draft the draft model
 * @param options of the engine
 * @param loading how long all took to open
 */
public record LoadedModel(
    Path path, Optional<Model> draft, EngineOptions options, Model model, Engine engine, Duration loading)
    implements AutoCloseable {

  /**
   * Opens a model without a draft model, see {@link #open(Console, Path, Optional, EngineOptions)}.
   *
   * @throws io.gatun.cli.terminal.UsageException if there is no such file
   */
  public static LoadedModel open(Console console, Path path, EngineOptions options) {
    return open(console, path, Optional.empty(), options);
  }

  /**
   * Opens all, shows progress at a terminal, and prints the model's warnings. It may start the process anew, so that
   * what is to be read from standard input must not have been read before.
   *
   * @param draft the draft model's file or folder
   * @throws io.gatun.cli.terminal.UsageException if there is no such file
   * @throws io.gatun.tensors.UnsupportedModelException also if the draft model is not of the same vocabulary
   */
  public static LoadedModel open(Console console, Path path, Optional<Path> draft, EngineOptions options) {
    return Restart.ifNeeded(() -> opened(console, path, draft, options));
  }

  private static LoadedModel opened(Console console, Path path, Optional<Path> draft, EngineOptions options) {
    Checkpoints.requireModel(path);
    draft.ifPresent(Checkpoints::requireModel);
    long begin = System.nanoTime();
    try (var _ = Progress.on(console, "loading " + EscapeFilter.oneLine(String.valueOf(path.getFileName())))) {
      Model model = Model.open(path);
      Optional<Model> guessing = Optional.empty();
      boolean ready = false;
      try {
        guessing = draft.map(Model::open);
        Engine engine =
            guessing.isPresent() ? Engine.over(model, guessing.get(), options) : Engine.over(model, options);
        ready = true;
        warn(console, model, engine);
        return new LoadedModel(path, guessing, options, model, engine, Duration.ofNanos(System.nanoTime() - begin));
      } finally {
        if (!ready) {
          guessing.ifPresent(Model::close);
          model.close();
        }
      }
    }
  }

  private static void warn(Console console, Model model, Engine engine) {
    for (String warning : model.warnings()) {
      console.err().line("gatun: warning: " + EscapeFilter.oneLine(warning));
    }
    int trained = model.spec().contextLength();
    if (engine.contextLength() > trained) {
      console
          .err()
          .line(
              "gatun: warning: a context of %d tokens, but the model was made for %d: expect nonsense beyond"
                  .formatted(engine.contextLength(), trained));
    }
  }

  @Override
  public void close() {
    try (model) {
      engine.close();
    } finally {
      draft.ifPresent(Model::close);
    }
  }
}
