package io.gatun.examples.embed;

import static io.gatun.engine.Message.user;

import io.gatun.engine.Chat;
import io.gatun.engine.Engine;
import io.gatun.engine.Sampling;
import io.gatun.model.Model;
import java.nio.file.Path;

/** Tells a story: {@code Embed MODEL.gguf "Once upon a time"}. */
public final class Embed {
  private Embed() {}

  public static void main(String[] args) {
    try (var model = Model.open(Path.of(args[0]));
        var engine = Engine.over(model)) {
      var story = Sampling.greedy().maxTokens(64).stop("\n");
      var completion = engine.generate(Chat.of(user(args[1])), story, piece -> System.out.print(piece.text()));
      System.out.printf("%n(%.0f tokens/s on %s)%n", completion.stats().decodePerSecond(), engine.describe());
    }
  }
}
