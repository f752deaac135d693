package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code --draft} and {@code --speculate}: the same texts, and what was guessed is told. */
class GuessingAheadTest {
  private static final String PROMPT = "Tom had a red ball. Tom had a red ball. Tom had a red";

  @TempDir Path folder;

  private static Program gatun(Object... arguments) {
    return Program.gatun(arguments);
  }

  private static JsonNode run(Object... more) {
    var arguments =
        new ArrayList<Object>(
            List.of(
                "run", "-m", Models.stories(), "-p", PROMPT, "-n", "60", "-s", "3", "--json", "--draft-adaptive=false"));
    arguments.addAll(List.of(more));
    var result = gatun(arguments.toArray()).run();
    assertEquals(0, result.exitCode(), result.error());
    return Oracle.json(result.text());
  }

  @Test
  void bothWaysGiveTheSameIdsAndTellWhatTheyGuessed() {
    JsonNode plain = run();
    assertEquals(0, plain.at("/timings/draft_tokens").intValue());
    for (JsonNode guessed :
        List.of(
            run("--speculate", "ngram"),
            run("--draft", Models.quantizedStories(), "--draft-p-min", "0"),
            run("-md", Models.quantizedStories(), "--draft-max", "3", "--draft-min", "2"))) {
      assertEquals(plain.get("ids"), guessed.get("ids"));
      assertEquals(plain.get("text"), guessed.get("text"));
      assertTrue(guessed.at("/timings/accepted_tokens").intValue() > 0, guessed.toString());
      assertTrue(guessed.at("/timings/draft_tokens").intValue() >= guessed.at("/timings/accepted_tokens").intValue());
    }
    JsonNode off = run("--draft", Models.quantizedStories(), "--speculate", "none");
    assertEquals(plain.get("ids"), off.get("ids"));
    assertEquals(0, off.at("/timings/draft_tokens").intValue());
    assertTrue(off.get("computed_with").stringValue().endsWith(", draft model stories260K-q4_0.gguf"), off.toString());
  }

  @Test
  void statisticsHaveALineOnGuesses() {
    Object[] command = {
      "run", "-m", Models.stories(), "-p", PROMPT, "-n", "40", "--temp", "0", "--stats", "--draft-adaptive=false"
    };
    assertFalse(gatun(command).run().error().contains("guessed ahead"));
    Object[] guessing = Arrays.copyOf(command, command.length + 1);
    guessing[command.length] = "--speculate=ngram";
    String error = gatun(guessing).run().error();
    String told = "guessed ahead: +\\d+ tokens, \\d+ of them right \\(.*%\\)";
    assertTrue(error.lines().anyMatch(line -> line.matches(told)), error);
  }

  @Test
  void aBatchWritesTheSameBytes() throws IOException {
    Path in = folder.resolve("in");
    var lines = new ArrayList<String>();
    for (int i = 0; i < 12; i++) {
      lines.add("{\"id\":%d,\"prompt\":\"%s\",\"max_tokens\":%d}".formatted(i, PROMPT + " and".repeat(i % 3), 20 + i));
    }
    Files.write(in, lines);
    String plain = batch(in, "plain");
    assertEquals(plain, batch(in, "ngram", "--speculate", "ngram"));
    assertEquals(plain, batch(in, "draft", "--draft", Models.quantizedStories(), "--draft-adaptive", "false"));
    var again =
        gatun("run", "-m", Models.stories(), "--input", in, "--output", folder.resolve("ngram"), "-s", "1").run();
    assertEquals(0, again.exitCode(), "guessing does not make it another batch: " + again.error());
  }

  private String batch(Path in, String name, Object... more) throws IOException {
    var arguments =
        new ArrayList<Object>(
            List.of(
                "run", "-m", Models.stories(), "--input", in, "--output", folder.resolve(name), "-s", "1", "--stats"));
    arguments.addAll(List.of(more));
    var result = gatun(arguments.toArray()).run();
    assertEquals(0, result.exitCode(), result.error());
    assertTrue(!name.equals("draft") || result.error().contains("guessed ahead:"), result.error());
    return Files.readString(folder.resolve(name));
  }

  @Test
  void aConversationSwitchesIt() {
    String talk =
        """
        /set parameter draft_adaptive false
        /set parameter draft_p_min 0
        Once upon a time
        /stats
        /set parameter speculate none
        /regen
        /stats
        /set parameter num_ctx 400
        /set parameter speculate auto
        /regen
        /stats
        /model %s
        """
            .formatted(Models.stories());
    var result =
        gatun("chat", "-m", Models.stories(), "--draft", Models.quantizedStories(), "-n", "40", "--temp", "0")
            .input(talk)
            .run();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals(2, result.text().lines().filter(line -> line.contains("guessed ahead:")).count(), result.text());
    assertTrue(result.error().contains("The draft model was the other model's"), result.error());
    String answer = result.text().lines().findFirst().orElseThrow();
    assertEquals(3, result.text().lines().filter(answer::equals).count(), result.text());
  }

  @Test
  void aDraftModelThatCannotGuessIsOneLine() {
    fails(2, "nowhere.gguf: no such file", "--draft", "nowhere.gguf");
    fails(2, "--draft-max", "--draft", "16");
    fails(2, "draft_max -1", "--draft-max=-1");
    fails(2, "auto, ngram or none", "--speculate", "eagle");
    assumeTrue(Oracle.find("models/bert.gguf").isPresent(), Oracle.missing("models/bert.gguf"));
    fails(4, "bert.gguf: architecture 'bert' makes embeddings", "--draft", Oracle.require("models/bert.gguf"));
  }

  private static void fails(int exitCode, String says, Object... more) {
    var arguments = new ArrayList<Object>(List.of("run", "-m", Models.stories(), "-p", "x", "-n", "1"));
    arguments.addAll(List.of(more));
    var result = gatun(arguments.toArray()).run();
    assertEquals(exitCode, result.exitCode(), result.error());
    assertEquals(1, result.errors().size(), result.error());
    assertTrue(result.error().contains(says), result.error());
  }
}
