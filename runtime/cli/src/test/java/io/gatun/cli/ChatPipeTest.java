package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The conversation through a pipe: answers on standard output, notices on standard error. */
class ChatPipeTest {
  @TempDir Path folder;

  private static Program.Result chat(String input, Object... more) {
    return program(input, more).run();
  }

  private static Program program(String input, Object... more) {
    Object[] options = List.of(more).contains("-n") ? more : with(more, "-n", "8");
    Object[] arguments = with(new Object[] {"chat", "-m", Models.stories(), "--temp", "0"}, options);
    return Program.gatun(arguments).input(input);
  }

  private static Object[] with(Object[] first, Object... more) {
    var all = new Object[first.length + more.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  @Test
  void eachLineIsAnsweredOnItsOwnLines() {
    var result = program("Once upon\nThen Tim\n").launch();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals(List.of(), result.errors());
    List<String> lines = result.text().lines().toList();
    assertEquals(2, lines.size(), result.text());
    assertFalse(result.text().contains(">>>") || result.text().contains("\u001b"), "no prompts, no colours");
    var alone = Program.gatun("run", "-m", Models.stories(), "-n", "8", "--temp", "0", "-p", "Once upon").run();
    assertEquals(alone.text(), lines.getFirst() + "\n", "plain continuation");
  }

  @Test
  void theLauncherKnowsTheModelThatComesAlong() {
    var with = Program.gatun("chat", "-n", "4").jvm("-Dgatun.bundled.model=" + Models.stories()).input("Once\n").launch();
    assertEquals(0, with.exitCode(), with.error());
    assertFalse(with.text().isBlank());
    var without = Program.gatun("chat").run();
    assertEquals(2, without.exitCode());
    assertTrue(without.error().contains("-m MODEL"), without.error());
  }

  @Test
  void commandsAnswerAndMistakesAreSaid() {
    var result = chat("/nothing\n/help\n/set parameter top_p 7\n/set parameter seed 3\n/show parameters\n/bye\nnot read\n");
    assertEquals(0, result.exitCode());
    assertTrue(result.errors().contains("Unknown command '/nothing'. Type /help for help."), result.error());
    assertTrue(result.error().contains("top_p 7.0"), result.error());
    assertTrue(result.text().contains("/regen"), result.text());
    assertTrue(result.text().lines().anyMatch(line -> line.matches("seed +3")), result.text());
    assertFalse(result.text().contains("not read"));
  }

  @Test
  void messagesOfSeveralLinesAndFiles() throws IOException {
    Path file = Files.writeString(folder.resolve("a b.txt"), "Once upon\na time");
    String expected = chat("\"\"\"Once upon\na time\"\"\"\n").text();
    assertEquals(expected, chat("Once upon\\\na time\n").text());
    assertEquals(expected, chat("/read " + file + "\n").text());
    assertTrue(chat("/read " + folder.resolve("none") + "\n").error().contains("no such file"));
  }

  @Test
  void undoRegenAndClearChangeWhatIsAnswered() {
    List<String> undone = chat("Once upon\nThen Tim\n/undo\nThen Tim\n").text().lines().toList();
    assertEquals(undone.get(1), undone.get(2));
    List<String> again = chat("Once upon\n/regen\n").text().lines().toList();
    assertEquals(again.get(0), again.get(1), "greedy");
    List<String> cleared = chat("Once upon\nThen Tim\n/clear\nOnce upon\n").text().lines().toList();
    assertEquals(cleared.get(0), cleared.get(2));
    assertTrue(chat("/undo\n/regen\n").error().contains("nothing to take back"));
  }

  @Test
  void theNextTurnComputesOnlyWhatIsNew() {
    var result = chat("Once upon\n/stats\nThen Tim\n/stats\n");
    List<String> prompts = result.text().lines().filter(line -> line.startsWith("  prompt:")).toList();
    assertTrue(prompts.get(0).contains(" 0 of them cached"), prompts.get(0));
    String cached = prompts.get(1).replaceAll(".*tokens, (\\d+) of them cached.*", "$1");
    assertTrue(Integer.parseInt(cached) >= 10, prompts.get(1));
  }

  @Test
  void aConversationIsSavedWholeAndLoaded() throws IOException {
    Path file = folder.resolve("talk.json");
    var saved = chat("/system Be kind.\nOnce upon\n/save " + file + "\nThen Tim\n");
    assertEquals(0, saved.exitCode(), saved.error());
    JsonNode json = Oracle.json(file);
    assertEquals("Be kind.", json.get("system").stringValue());
    assertEquals("user", json.get("messages").get(0).get("role").stringValue());
    assertEquals(2, json.get("messages").size());
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count(), "nothing is left beside it");
    }
    var loaded = chat("/load " + file + "\nThen Tim\n/show system\n");
    List<String> lines = saved.text().lines().toList();
    assertEquals(lines.getLast() + "\nBe kind.\n", loaded.text());
    Files.writeString(file, "{}");
    assertTrue(chat("/load " + file + "\n").error().contains("not a conversation"));
  }

  @Test
  void aFullContextForgetsTheOldestTurnsAndSaysSo() {
    var result = chat("Once upon a time there was a cat\nand a dog who ran\nand a bird who sang a song\n", "-c", "40");
    assertEquals(0, result.exitCode(), result.error());
    assertTrue(result.error().contains("is full: the oldest"), result.error());
    assertEquals(3, result.text().lines().count(), result.text());
    var tooLong = chat("Once upon a time there was a cat\n", "-c", "5");
    assertTrue(tooLong.error().contains("the context 5"), tooLong.error());
  }

  @Test
  void aTextEndsWhereTheModelBeginsAnother() {
    var result = chat("Once upon a time, there was a bird\n", "-n", "500", "-c", "600", "-s", "1");
    assertEquals(0, result.exitCode(), result.error());
    var raw =
        Program.gatun(
                "run", "-m", Models.stories(), "-n", "500", "-c", "600", "--temp", "0", "--json", "-p",
                "Once upon a time, there was a bird")
            .run();
    JsonNode ids = Oracle.json(raw.text()).get("ids");
    int bos = 0;
    while (ids.get(bos).intValue() != 1) {
      bos++;
    }
    var story = Program.gatun("detokenize", "-m", Models.stories()).input(firstOf(ids, bos)).run();
    assertEquals(story.text().strip(), result.text().strip());
  }

  private static String firstOf(JsonNode ids, int count) {
    var first = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      first.append(i == 0 ? "" : ",").append(ids.get(i).intValue());
    }
    return first.append(']').toString();
  }

  @Test
  void anotherModel() {
    var result = chat("Once upon\n/model " + Models.quantizedStories() + "\n/show info\n/model nowhere.gguf\nThen\n");
    assertEquals(0, result.exitCode(), result.error());
    assertTrue(result.text().contains("Q4_0"), result.text());
    assertTrue(result.error().contains("nowhere.gguf: no such file"), result.error());
  }
}
