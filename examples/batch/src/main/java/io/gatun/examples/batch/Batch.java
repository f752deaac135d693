package io.gatun.examples.batch;

import io.gatun.engine.Engine;
import io.gatun.engine.Generation;
import io.gatun.engine.Prompt;
import io.gatun.engine.Sampling;
import io.gatun.model.Model;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;

/** Continues each line of a file, many at a time: {@code Batch MODEL.gguf PROMPTS.txt CONTINUATIONS.txt}. */
public final class Batch {
  private static final int TOGETHER = 32;

  private Batch() {}

  public static void main(String[] args) throws IOException {
    try (var model = Model.open(Path.of(args[0]));
        var engine = Engine.over(model);
        var prompts = Files.newBufferedReader(Path.of(args[1]));
        var continuations = Files.newBufferedWriter(Path.of(args[2]))) {
      var sampling = Sampling.defaults().maxTokens(64).stop("\n");
      Queue<Generation> running = new ArrayDeque<>();
      long line = 0;
      for (String prompt = prompts.readLine(); prompt != null; prompt = prompts.readLine()) {
        if (running.size() == TOGETHER) {
          write(continuations, running.remove());
        }
        running.add(engine.submit(Prompt.text(prompt), sampling.seed(++line), piece -> {}));
      }
      for (Generation generation : running) {
        write(continuations, generation);
      }
    }
  }

  /** In the order of the prompts, whichever ends first. */
  private static void write(Writer continuations, Generation generation) throws IOException {
    continuations.write(generation.await().text() + "\n");
  }
}
