package io.gatun.text;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How fast texts are tokenized, each line a row of a table: medians of repetitions after a warm-up. The text is that of the
 * reference tokenizations, again and again up to 1 MB: many scripts, emoji, code, odd spaces.
 */
final class TokenizerBenchmark {
  private static final int BYTES = 1_000_000;
  private static final int REPETITIONS = 5;
  private static final int LARGE = 256_000;
  private static final List<String> VOCABULARIES =
      List.of(
          "vocab/llama-spm", "vocab/stories-ugm", "vocab/bert-bge", "vocab/gpt-2", "vocab/starcoder", "vocab/llama-bpe",
          "vocab/qwen2", "vocab/deepseek-coder", "synthetic-pre/deepseek-llm", "synthetic-pre/falcon",
          "synthetic-pre/gpt-4o", "synthetic-pre/kimi-k2", "synthetic-pre/poro-chat", "synthetic-pre/qwen35",
          "synthetic-pre/tekken");

  private TokenizerBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    open(out);
    String text = text();
    double megabytes = text.getBytes(StandardCharsets.UTF_8).length / 1e6;
    out.println("| what | MB/s | first use, ms |");
    out.println("|---|---|---|");
    for (String name : VOCABULARIES) {
      Tokenizer tokenizer = Tokenizer.of(Vocabularies.find("tokenizer/" + name + ".gguf").orElseThrow());
      double first = milliseconds(() -> tokenizer.encode("a", Set.of()));
      double median = median(() -> tokenizer.encode(text, Set.of()));
      out.printf("| encode, %s | %.1f | %.0f |%n", name, 1000 * megabytes / median, first);
    }
    for (PreTokenizer pre : PreTokenizer.values()) {
      WordSplitter splitter = pre.splitter();
      double first = milliseconds(() -> splitter.ends("a"));
      double median = median(() -> splitter.ends(text));
      out.printf("| cut, %s | %.1f | %.0f |%n", pre.names().getFirst(), 1000 * megabytes / median, first);
    }
  }

  /** First of all, so that the first time is that of a cold JVM. */
  private static void open(PrintStream out) throws IOException {
    Path file = Files.createTempFile("vocabulary", ".gguf");
    try {
      LargeVocabulary.write(file, LARGE);
      double first = milliseconds(() -> Tokenizer.of(Vocabularies.read(file)));
      double median = median(() -> Tokenizer.of(Vocabularies.read(file)));
      out.printf("%d tokens and their merges: opened in %.0f ms, then in %.0f ms%n%n", LARGE, first, median);
    } finally {
      Files.delete(file);
    }
  }

  private static String text() throws IOException {
    String once =
        Files.readAllLines(Oracle.require("tokenizer/gpt-2.nospecial.jsonl")).stream()
            .map(line -> Oracle.json(line).get("text").asString())
            .collect(Collectors.joining("\n"));
    return once.repeat(BYTES / once.getBytes(StandardCharsets.UTF_8).length + 1);
  }

  private static double median(Runnable work) {
    double[] times = new double[REPETITIONS];
    Arrays.setAll(times, i -> milliseconds(work));
    Arrays.setAll(times, i -> milliseconds(work));
    Arrays.sort(times);
    return times[REPETITIONS / 2];
  }

  private static double milliseconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }
}
