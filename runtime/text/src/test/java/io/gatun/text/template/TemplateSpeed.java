package io.gatun.text.template;

import io.gatun.oracle.Oracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Measures how fast real templates are parsed and rendered. Prints a table; needs the whole corpus of reference data
 * ({@code -Dgatun.oracle=DIR}).
 */
public final class TemplateSpeed {
  private static final List<String> TEMPLATES =
      List.of("Qwen-Qwen3-0.6B", "meta-llama-Llama-3.1-8B-Instruct", "google-gemma-2-2b-it", "openai-gpt-oss-120b");
  private static final int TURNS = 20;
  private static final long WARM_UP_NANOS = 1_000_000_000L;
  private static final int ROUNDS = 5;

  private TemplateSpeed() {}

  public static void main(String[] args) {
    System.out.println("| template | parse, µs | 1 message, µs | 40 messages, µs | µs per message | renders of 40 per s |");
    System.out.println("|---|---|---|---|---|---|");
    for (String name : TEMPLATES) {
      Path file = Oracle.require("templates/files/" + name + ".jinja");
      String text = Rendering.read(file);
      ChatTemplate template = ChatTemplate.parse(text);
      double parse = microseconds(_ -> System.identityHashCode(ChatTemplate.parse(text)));
      ChatInput one = conversation(1);
      ChatInput many = conversation(2 * TURNS);
      double single = microseconds(_ -> template.render(one).size());
      double all = microseconds(_ -> template.render(many).size());
      System.out.printf(
          Locale.ROOT,
          "| %s | %.0f | %.1f | %.0f | %.2f | %.0f |%n",
          name, parse, single, all, all / (2 * TURNS), 1e6 / all);
    }
  }

  private static ChatInput conversation(int messages) {
    var conversation = new ArrayList<Map<String, String>>();
    for (int i = 0; i < messages; i++) {
      String content = "Message number " + i + ": what is the weather like, and will it stay? ".repeat(3);
      conversation.add(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", content));
    }
    return ChatInput.of(conversation).withToken("bos_token", "<s>").withToken("eos_token", "</s>").at(Rendering.NOW);
  }

  /** The median of several rounds after warming up, in microseconds. */
  private static double microseconds(IntUnaryOperator work) {
    int used = 0;
    int calls = 0;
    for (long start = System.nanoTime(); System.nanoTime() - start < WARM_UP_NANOS; calls++) {
      used += work.applyAsInt(calls);
    }
    int round = Math.max(1, calls / 10);
    var times = new ArrayList<Double>();
    for (int i = 0; i < ROUNDS; i++) {
      long start = System.nanoTime();
      for (int j = 0; j < round; j++) {
        used += work.applyAsInt(j);
      }
      times.add((System.nanoTime() - start) / 1e3 / round);
    }
    if (used == 42) {
      System.out.print(""); // what is computed is used
    }
    times.sort(null);
    return times.get(ROUNDS / 2);
  }
}
