package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations that are saved with their cache, kept by themselves, and branched. */
class SavedConversationTest {
  private static final Object[] SEEDED = {"-n", "12", "-s", "7"};

  @TempDir Path folder;

  private static Program program(Path model, String input, Object... options) {
    var arguments = new ArrayList<Object>(List.of("chat", "-m", model));
    arguments.addAll(Arrays.asList(options));
    return Program.gatun(arguments.toArray()).input(input);
  }

  private static Program.Result chat(String input, Object... options) {
    return program(Models.stories(), input, options).run();
  }

  /** Answers, and of the statistics what does not depend on the time. */
  private static List<String> timeless(Program.Result result) {
    assertEquals(0, result.exitCode(), result.error());
    return result
        .text()
        .lines()
        .filter(line -> !line.startsWith("load:") && !line.contains("time to first token"))
        .map(line -> line.replaceAll(", [0-9.]+ ms.*", ""))
        .toList();
  }

  private static List<String> last(List<String> lines, int count) {
    return lines.subList(lines.size() - count, lines.size());
  }

  private static List<String> cached(Program.Result result) {
    return timeless(result).stream().filter(line -> line.startsWith("  prompt:")).toList();
  }

  @Test
  void loadedItGoesOnAsIfUndisturbedAndComputesOnlyWhatIsNew() {
    Path file = folder.resolve("talk");
    String rest = "Then Tim\n/stats\n/regen\nShe said\n/show parameters\n/show system\n";
    var undisturbed =
        chat("/system Be kind.\n/set parameter stop zzz\nOnce upon\n/regen\n/save " + file + "\n" + rest, SEEDED);
    List<String> expected = timeless(undisturbed);
    List<String> found = timeless(chat("A dog\n/load " + file + "\n" + rest)); // its settings come from the file
    assertEquals(last(expected, expected.size() - 2), last(found, expected.size() - 2));
    assertTrue(cached(undisturbed).getFirst().matches(".* [2-9]\\d of them cached"), undisturbed.text());
  }

  @Test
  void anAnswerThatEndsWithinACharacterIsLoadedToTheByte() {
    Path file = folder.resolve("talk");
    // an answer of arbitrary bytes: no text spells its tokens
    String start = "/set parameter logit_bias 200=50\nOnce\n/set parameter logit_bias 300=1\n/save " + file + "\n";
    List<String> expected = timeless(chat(start + "Then Tim\n/stats\n", SEEDED));
    List<String> found = timeless(chat("/load " + file + "\nThen Tim\n/stats\n"));
    assertEquals(last(expected, expected.size() - 1), found);
  }

  @Test
  void keptInAFileItGoesOnAtTheNextStart() throws IOException {
    Path file = folder.resolve("kept");
    List<String> expected = timeless(chat("Once upon\nThen Tim\nShe said\n/stats\n", SEEDED));
    var all = new ArrayList<String>();
    all.addAll(timeless(chat("Once upon\n", "-n", "12", "-s", "7", "--session", file)));
    all.addAll(timeless(chat("Then Tim\n/help\n/bye\n", "--session", file)).subList(0, 1));
    all.addAll(timeless(chat("She said\n/stats\n", "--session", file)));
    assertEquals(expected, all);
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList(), "nothing is left beside it");
    }
    var changed = chat("/show parameters\n/show system\n", "--session", file, "-n", "5", "-sys", "Be brief.");
    assertTrue(changed.text().lines().anyMatch(line -> line.matches("num_predict +5")), changed.text());
    assertTrue(changed.text().lines().anyMatch(line -> line.matches("seed +7")), "as in the file: " + changed.text());
    assertTrue(changed.text().endsWith("Be brief.\n"), changed.text());
    assertTrue(changed.error().contains("Going on with main: 3 turns"), changed.error());
  }

  @Test
  void nothingSaidMakesNoFile() {
    Path file = folder.resolve("kept");
    assertEquals(0, chat("/help\n", "--session", file).exitCode());
    assertFalse(Files.exists(file));
    var nowhere = chat("Once\n", "--session", folder.resolve("no/where"));
    assertEquals(2, nowhere.exitCode());
    assertTrue(nowhere.errors().getLast().contains("no such folder"), nowhere.error());
    assertEquals("", nowhere.text());
  }

  @Test
  void aKillLosesNothingThatWasSaid() throws Exception {
    Path file = folder.resolve("kept");
    List<String> expected = timeless(chat("Once upon\nThen Tim\n/stats\n", SEEDED));
    Process process = program(Models.stories(), "", "-n", "12", "-s", "7", "--session", file).start();
    try (var answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      process.getOutputStream().write("Once upon\n/stats\n".getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
      assertEquals(expected.getFirst(), answers.readLine());
      assertTrue(answers.readLine().startsWith("computed with"), "the next command is taken up after saving");
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertEquals(last(expected, expected.size() - 1), timeless(chat("Then Tim\n/stats\n", "--session", file)));
  }

  @Test
  void whatCannotBeLoadedIsOneLineAndTheConversationStays() throws IOException {
    Path file = folder.resolve("talk");
    Path cut = folder.resolve("cut");
    Path foreign = folder.resolve("foreign");
    Path otherCache = folder.resolve("cache");
    assertEquals(0, chat("Once upon\n/save " + file + "\n", SEEDED).exitCode());
    byte[] whole = Files.readAllBytes(file);
    Files.write(cut, Arrays.copyOf(whole, whole.length - 1));
    program(Models.quantizedStories(), "Once upon\n/save " + foreign + "\n", "-n", "3").run();
    chat("Once upon\n/save " + otherCache + "\n", "-n", "3", "-ctk", "q8_0");

    String start = "/set parameter seed 3\nA dog\n";
    List<String> expected = timeless(chat(start + "Then Tim\n/stats\n", SEEDED));
    var loads = new StringBuilder(start);
    for (Path bad : List.of(cut, foreign, otherCache, folder, folder.resolve("none"))) {
      loads.append("/load ").append(bad).append('\n');
    }
    var result = chat(loads + "Then Tim\n/stats\n", SEEDED);
    assertEquals(expected, timeless(result));
    List<String> errors = result.errors().stream().filter(line -> line.startsWith(folder.toString())).toList();
    assertEquals(5, errors.size(), result.error());
    assertTrue(errors.get(0).contains("bytes, expected"), errors.get(0));
    assertTrue(errors.get(1).contains("another model"), errors.get(1));
    assertTrue(errors.get(2).contains("the cache k q8_0 v f16, this one is k f16 v f16"), errors.get(2));
    assertTrue(errors.get(3).contains("is a folder"), errors.get(3));
    assertTrue(errors.get(4).contains("no such file"), errors.get(4));

    assertEquals(2, chat("Once\n", "--session", foreign).exitCode());
    byte[] before = Files.readAllBytes(cut);
    assertEquals(3, chat("Once\n", "--session", cut).exitCode());
    assertArrayEquals(before, Files.readAllBytes(cut), "what could not be read is not written over");
  }

  @Test
  void transcriptsWithoutACacheAreLoadedToo() throws IOException {
    Path file = folder.resolve("old");
    Files.writeString(
        file,
        """
        {"gatun_transcript": 1, "model": "%s", "system": "Be kind.",
         "messages": [{"role": "user", "content": "Once upon"}, {"role": "assistant", "content": " a time"}],
         "parameters": {"num_predict": ["12"], "seed": "7"}, "stop": ["zzz"]}
        """
            .formatted(Models.stories()));
    var result = chat("/load " + file + "\n/stats\n/show parameters\nThen Tim\n");
    assertEquals(0, result.exitCode(), result.error());
    assertTrue(result.text().contains("1 turns, 2 messages"), result.text());
    assertTrue(result.text().lines().anyMatch(line -> line.matches("stop +zzz")), result.text());
    assertTrue(result.error().contains("Loaded 1 turns"), result.error());
  }

  @Test
  void branchesGoTheirOwnWaysAndShareWhatTheyHaveInCommon() {
    var result =
        chat(
            """
            Once upon
            /fork b
            Then Tim
            /branch main
            Then Lily
            /branch b
            /undo
            Then Lily
            /stats
            /branch
            /drop main
            /fork
            /branch
            /drop 2
            /branch main
            /fork b
            """,
            SEEDED);
    List<String> lines = timeless(result);
    assertEquals(lines.get(2), lines.get(3), "the same words after the same beginning");
    assertTrue(lines.contains("  main           2 turns  Then Lily"), result.text());
    assertTrue(lines.contains("* b              2 turns  Then Lily"), result.text());
    assertEquals("* 2              2 turns  Then Lily", lines.getLast());
    for (String said :
        List.of(
            "Now in branch b; main stays as it is, /branch main goes back.",
            "Now in branch main: 1 turns",
            "Branch main is forgotten.",
            "'2' is the branch you are in: go to another one first",
            "no branch 'main': expected b, 2",
            "'b': expected one word that is no branch's name yet")) {
      assertTrue(result.error().contains(said), said + " in " + result.error());
    }
  }

  @Test
  void undoComputesNothingAgainThatStays() {
    List<String> straight = cached(chat("Once upon\nThen Lily\n/stats\n", SEEDED));
    List<String> undone = cached(chat("Once upon\nThen Tim\n/undo\nThen Lily\n/stats\n", SEEDED));
    assertEquals(straight.getFirst().replaceAll(", .*", ""), undone.getFirst().replaceAll(", .*", ""), "the same prompt");
    int computed = Integer.parseInt(undone.getFirst().replaceAll(".* (\\d+) of them cached", "$1"));
    // "Then" is common to both messages, and the token before it was chosen and fed only with them
    assertTrue(computed > Integer.parseInt(straight.getFirst().replaceAll(".* (\\d+) of them cached", "$1")), undone.toString());
  }
}
