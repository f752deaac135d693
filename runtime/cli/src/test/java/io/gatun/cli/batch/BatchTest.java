package io.gatun.cli.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.Models;
import io.gatun.cli.Program;
import io.gatun.cli.terminal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code run --input --output} as the real program. */
class BatchTest {
  private static final long SECONDS = 300;

  @TempDir Path folder;

  @Test
  void answersBothKindsOfLinesInOrderAndReportsBadOnes() throws IOException {
    Path in =
        input(
            "\ufeff{\"id\":\"a\",\"prompt\":\"Once upon a time\",\"temperature\":0,\"stop\":\"girl\"}\r",
            "{\"custom_id\":\"b\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"max_tokens\":3,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"The cat\"}]}}",
            "",
            "{\"id\":7,\"prompt\":5}",
            "{\"id\":\"long\",\"prompt\":\"" + "The cat sat. ".repeat(400) + "\"}",
            "{\"prompt\":\"The end\",\"max_tokens\":0}");
    var result = batch(in, folder.resolve("out"), "--stats").run();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals("", result.text());
    List<JsonNode> lines = lines(folder.resolve("out"));
    assertEquals(6, lines.size());
    // the beginning of what llama2.c prints for the same model, greedily
    assertEquals(", there was a little ", lines.get(0).get("text").stringValue());
    assertEquals(List.of("id", "line", "text", "finish_reason", "usage"), List.copyOf(lines.get(0).propertyNames()));
    assertEquals("a", lines.get(0).get("id").stringValue());
    assertEquals(1, lines.get(0).get("line").intValue());
    assertEquals("stop", lines.get(0).get("finish_reason").stringValue());
    assertEquals(5, lines.get(0).at("/usage/prompt_tokens").intValue());
    JsonNode response = lines.get(1).get("response");
    assertEquals("b", lines.get(1).get("custom_id").stringValue());
    assertTrue(lines.get(1).get("error").isNull());
    assertEquals(200, response.get("status_code").intValue());
    assertEquals("chat.completion", response.get("body").get("object").stringValue());
    assertEquals("assistant", response.at("/body/choices/0/message/role").stringValue());
    assertEquals(3, response.at("/body/usage/completion_tokens").intValue());
    assertError(lines.get(2), "null", 3, "the line is blank");
    assertError(lines.get(3), "7", 4, "prompt is 5");
    assertError(lines.get(4), "\"long\"", 5, "the prompt has");
    assertEquals("", lines.get(5).get("text").stringValue());
    assertTrue(result.errors().getFirst().contains("lines with errors: 3, the first is line 3"), result.error());
    assertTrue(result.error().contains("tokens/s"), result.error());
    assertFalse(Files.exists(Journal.beside(folder.resolve("out"))));
  }

  /** Another line beside it, its place in the file or the way it is asked for change nothing. */
  @Test
  void aLineGivesWhatItsPromptGivesAlone() throws IOException {
    Path in = input(requests(40, 20, 9));
    batch(in, folder.resolve("out"), "--temp", "1.1", "--top-k", "0", "-s", "3").run();
    String prompt = "{\"id\":\"x\",\"prompt\":\"The big red\",\"seed\":5,\"max_tokens\":30}";
    List<String> more = new ArrayList<>(Files.readAllLines(in));
    more.add(17, prompt);
    Path beside = Files.write(folder.resolve("more.jsonl"), more);
    assertEquals(0, batch(beside, folder.resolve("more"), "--temp", "1.1", "--top-k", "0", "-s", "3").run().exitCode());
    var alone =
        Program.gatun(
                "run", "-m", Models.stories(), "-p", "The big red", "-n", 30, "-s", 5, "--temp", "1.1", "--top-k", "0", "--json")
            .run();
    assertEquals(
        Json.parse(alone.text(), "alone").get("text"), lines(folder.resolve("more")).get(17).get("text"));
    assertEquals(
        Files.readAllLines(folder.resolve("out")).subList(0, 17), Files.readAllLines(folder.resolve("more")).subList(0, 17));
    assertEquals(
        0, batch(in, folder.resolve("one"), "--temp", "1.1", "--top-k", "0", "-s", "3", "-np", "1", "-t", "1").run().exitCode());
    assertArrayEquals(Files.readAllBytes(folder.resolve("out")), Files.readAllBytes(folder.resolve("one")));
  }

  @ParameterizedTest
  @CsvSource({"60, 4, 40", "300, 6, 12"})
  void killedAtAnyTimeAndStartedAgainEachLineIsThereOnceAndTheSame(int count, int kills, int tokens) throws Exception {
    Path in = input(requests(count, tokens, 1));
    Path undisturbed = folder.resolve("undisturbed");
    assertEquals(0, batch(in, undisturbed, "-s", "9").run().exitCode());
    Path out = folder.resolve("out");
    var random = new SplittableRandom(count);
    long whole = Files.size(undisturbed);
    for (int kill = 1; kill <= kills; kill++) {
      // somewhere in the next part of the work, whenever that comes
      long goal = (long) (whole * (kill - 1 + random.nextDouble()) / kills);
      Process process = batch(in, out, "-s", "9").start();
      awaitWork(process, out, goal);
      Thread.sleep(random.nextInt(20));
      process.destroyForcibly();
      assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS));
    }
    var last = batch(in, out, "-s", "9").run();
    assertEquals(0, last.exitCode(), last.error());
    assertArrayEquals(Files.readAllBytes(undisturbed), Files.readAllBytes(out));
    assertEquals(count, Files.readAllLines(out).size());
    assertFalse(Files.exists(Journal.beside(out)));
    var again = batch(in, out, "-s", "9").run();
    assertEquals(0, again.exitCode());
    assertTrue(again.error().contains("nothing to do"), again.error());
    assertArrayEquals(Files.readAllBytes(undisturbed), Files.readAllBytes(out));
  }

  @Test
  void anInterruptedRunSaysSoAndGoesOnWithItsRandomSeed() throws Exception {
    Path in = input(requests(60, 40, 2));
    Path out = folder.resolve("out");
    // a test's parent may ignore the signal, and that is inherited
    var command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.addAll(batch(in, out).command());
    Process process = new ProcessBuilder(command).start();
    awaitWork(process, out, 600);
    assertEquals(0, new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor());
    assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS));
    assertEquals(130, process.exitValue());
    String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(error.contains("gatun: interrupted with ") && error.contains("the same command goes on"), error);

    var other = batch(in, out, "--temp", "0.1").run();
    assertEquals(2, other.exitCode(), other.error());
    assertTrue(other.error().matches("(?s).*: --temp\\w* was not given, now '0.1'; .*"), other.error());

    var rest = batch(in, out, "--stats", "-t", "1").run();
    assertEquals(0, rest.exitCode(), rest.error());
    String seed =
        rest.errors().stream().filter(line -> line.startsWith("seed:")).findFirst().orElseThrow().substring("seed:".length()).strip();
    assertEquals(0, batch(in, folder.resolve("whole"), "-s", seed).run().exitCode());
    assertArrayEquals(Files.readAllBytes(folder.resolve("whole")), Files.readAllBytes(out));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--input in.jsonl                                  | a batch needs both --input FILE and --output FILE",
        "--output out                                      | a batch needs both --input FILE and --output FILE",
        "-np 2 -p x                                        | --parallel is for a batch",
        "--input in.jsonl --output out -np 0               | --parallel 0: expected 1 or more",
        "--input none --output out                         | none: no such file",
        "--input - --output out                            | expected a file, since a resumed run reads it again",
        "--input . --output out                            | is a folder",
        "--input in.jsonl --output .                       | is a folder",
        "--input in.jsonl --output none/out                | there is no folder",
        "--input in.jsonl --output in.jsonl                | is the input",
        "--input in.jsonl --output /dev/null               | is a pipe or a device",
        "--input in.jsonl --output out -p x                | a batch has its prompts in the --input file",
        "--input in.jsonl --output out --json              | --json is for one prompt",
        "--input in.jsonl --output out --temp -1           | temperature",
      })
  void wrongUsageIsSaidBeforeAnythingIsWritten(String arguments, String message) throws IOException {
    input("{\"prompt\":\"x\",\"max_tokens\":1}");
    var words =
        Arrays.stream(arguments.split(" +"))
            .map(word -> word.matches("in\\.jsonl|out|none|none/out|\\.") ? folder.resolve(word).toString() : word);
    var command = new ArrayList<Object>(List.of("run", "-m", Models.stories()));
    command.addAll(words.toList());
    var result = Program.gatun(command.toArray()).run();
    assertEquals(2, result.exitCode(), result.error());
    assertEquals(1, result.errors().size(), result.error());
    assertTrue(result.errors().getFirst().contains(message), result.error());
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void aFullDiskIsSaidAndTheRunGoesOnWhenThereIsRoom() throws Exception {
    Path in = input(requests(20, 30, 4));
    Path out = folder.resolve("out");
    // a limit on the size of files stands for the disk: writing beyond it fails in the same call
    var command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 4; trap '' XFSZ; exec \"$@\"", "sh"));
    command.addAll(batch(in, out, "-s", "1").jvm("-XX:-UsePerfData").command());
    Process process = new ProcessBuilder(command).start();
    String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor(), error);
    assertTrue(error.contains("cannot write") && error.contains("the same command goes on"), error);
    assertEquals(0, batch(in, out, "-s", "1").run().exitCode());
    assertEquals(0, batch(in, folder.resolve("whole"), "-s", "1").run().exitCode());
    assertArrayEquals(Files.readAllBytes(folder.resolve("whole")), Files.readAllBytes(out));
  }

  @Test
  void anEmptyInputGivesAnEmptyOutput() throws IOException {
    Files.write(folder.resolve("in.jsonl"), new byte[0]);
    assertEquals(0, batch(folder.resolve("in.jsonl"), folder.resolve("out")).run().exitCode());
    assertEquals(0, Files.size(folder.resolve("out")));
  }

  private void assertError(JsonNode line, String id, int number, String message) {
    assertEquals(Json.parse(id, "id"), line.get("id"));
    assertEquals(number, line.get("line").intValue());
    assertEquals("error", line.get("finish_reason").stringValue());
    assertTrue(line.get("error").get("message").stringValue().contains(message), line.toString());
  }

  /** Waits until the files beside each other have grown to a size, or the process has ended. */
  private static void awaitWork(Process process, Path out, long bytes) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (process.isAlive() && size(out) + size(Journal.beside(out)) < bytes) {
      assertTrue(System.nanoTime() < end, "no progress");
      Thread.sleep(2);
    }
  }

  private static long size(Path path) throws IOException {
    try {
      return Files.size(path);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private static Program batch(Path in, Path out, Object... options) {
    var arguments = new ArrayList<Object>(List.of("run", "-m", Models.stories(), "--input", in, "--output", out));
    arguments.addAll(List.of(options));
    return Program.gatun(arguments.toArray());
  }

  private Path input(String... lines) throws IOException {
    return Files.write(folder.resolve("in.jsonl"), List.of(lines));
  }

  /** Of all kinds, some bad, of very different lengths. */
  private static String[] requests(int count, int tokens, long seed) {
    var random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              int length = 1 + random.nextInt(tokens);
              return switch (random.nextInt(12)) {
                case 0 -> "{\"id\":" + i + "}";
                case 1 -> "";
                case 2, 3 ->
                    "{\"custom_id\":\"c%d\",\"url\":\"/v1/chat/completions\",\"body\":{\"messages\":[{\"role\":\"user\",\"content\":\"One day %d\"}],\"max_tokens\":%d}}"
                        .formatted(i, i, length);
                case 4 -> "{\"id\":%d,\"prompt\":\"The café %d\",\"seed\":%d,\"max_tokens\":%d}".formatted(i, i, i, length);
                default -> "{\"id\":%d,\"prompt\":\"Once upon a time there were %d\",\"max_tokens\":%d}".formatted(i, i, length);
              };
            })
        .toArray(String[]::new);
  }

  private static List<JsonNode> lines(Path path) throws IOException {
    return Files.readAllLines(path).stream().map(line -> Json.parse(line, "the output")).toList();
  }
}
