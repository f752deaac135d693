package io.gatun.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.Models;
import io.gatun.cli.Program;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The program is started without the Vector API, and these need it. */
class RestartTest {
  private static final String PROMPT = "é 日本 ";

  private static void assertComputedWithVectors(Program.Result result) {
    assertEquals(0, result.exitCode(), result.error());
    assertTrue(result.error().contains("computed with:       cpu vector"), result.error());
  }

  private static Program vectors(String... prompt) {
    List<Object> words =
        List.of("run", "-m", Models.stories(), "--temp", "0", "-n", "8", "--kernels", "vector", "--stats");
    return Program.gatun(Stream.concat(words.stream(), Stream.of(prompt)).toArray());
  }

  @Test
  void argumentsAndStandardInputAreThereAsIfNothingHadHappened() {
    var fromOption = vectors("-p", PROMPT).run();
    assertComputedWithVectors(fromOption);
    var fromInput = vectors().input(PROMPT).run();
    assertComputedWithVectors(fromInput);
    assertEquals(fromOption.text(), fromInput.text());
    assertEquals(promptTokens(fromOption), promptTokens(fromInput));
    var nothing = vectors("-p", "").run();
    assertComputedWithVectors(nothing);
    assertTrue(promptTokens(nothing).startsWith("prompt:              1 token"), nothing.error());
  }

  private static String promptTokens(Program.Result result) {
    String line = result.errors().stream().filter(text -> text.startsWith("prompt:")).findFirst().orElseThrow();
    return line.substring(0, line.indexOf(" in "));
  }

  @Test
  void theFlagComesFirstAndTheArchiveOfClassesInPlaceOfTheCacheAndBothCompilersWork() {
    assertEquals(
        List.of("java", "--flag", "-XX:SharedArchiveFile=/a b/gatun.jsa", "-m", "x", "-p", ""),
        Restart.restarted(List.of("java", "-XX:AOTCache=/a b/gatun.aot", "-XX:TieredStopAtLevel=1", "-m", "x", "-p", ""), "--flag"));
  }
}
