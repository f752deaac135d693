package io.gatun.cli.load;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Progress;
import io.gatun.engine.Engine;
import io.gatun.engine.EngineOptions;
import io.gatun.model.Model;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A model and the engine over it, owned together. Thread-safe as they are.
 *
 * @param path as the user gave it
 * @param options of the engine
 * @param loading how long both took to open
 */
public record LoadedModel(Path path, EngineOptions options, Model model, Engine engine, Duration loading)
    implements AutoCloseable {

  /**
   * Opens both, shows progress at a terminal, and prints the model's warnings.
   *
   * @throws io.gatun.cli.terminal.UsageException if there is no such file
   */
  public static LoadedModel open(Console console, Path path, EngineOptions options) {
    Checkpoints.requireFile(path);
    long begin = System.nanoTime();
    try (var _ = Progress.on(console, "loading " + EscapeFilter.oneLine(String.valueOf(path.getFileName())))) {
      Model model = Model.open(path);
      boolean ready = false;
      try {
        Engine engine = Engine.over(model, options);
        ready = true;
        warn(console, model, engine);
        return new LoadedModel(path, options, model, engine, Duration.ofNanos(System.nanoTime() - begin));
      } finally {
        if (!ready) {
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
    }
  }
}
