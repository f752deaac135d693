package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RunTest {

  @ParameterizedTest
  @ValueSource(strings = {"stories260K", "stories260K-f16", "stories260K-q8_0", "stories260K-q4_0"})
  void tellsTheStoryThatTheReferenceTells(String name) {
    JsonNode expected = Oracle.json(Oracle.require("models/" + name + ".bos.json")).get("f32math");
    var result =
        Program.gatun(
                "run", "-m", Oracle.require("models/" + name + ".gguf"), "--ids", "1", "-n", "200", "--temp", "0",
                "--activations", "f32", "--json")
            .run();
    assertEquals(0, result.exitCode(), result.error());
    JsonNode found = Oracle.json(result.text());
    assertEquals(expected.get("ids"), found.get("ids"));
    assertEquals(expected.get("text").stringValue(), found.get("text").stringValue());
    assertEquals("length", found.get("finish_reason").stringValue());
    assertEquals(1, found.get("usage").get("prompt_tokens").intValue());
    assertEquals(200, found.get("usage").get("completion_tokens").intValue());
    assertTrue(found.get("timings").get("generation_ms").doubleValue() > 0);
    assertTrue(found.get("seed").isIntegralNumber());
  }

  @Test
  void standardOutputHoldsTheTextAndANewlineAndNothingElse() {
    JsonNode expected = Oracle.json(Oracle.require("models/stories260K.bos.json")).get("f32math");
    var result =
        Program.gatun(
                "run", "-m", Models.stories(), "--ids", "1", "-n", "200", "--temp", "0", "--activations", "f32", "--stats")
            .launch();
    assertEquals(0, result.exitCode(), result.error());
    assertEquals(expected.get("text").stringValue() + "\n", result.text());
    assertTrue(result.error().contains("seed:"), result.error());
    assertTrue(result.error().contains("computed with:       cpu "), result.error());
  }

  @Test
  void saysNothingOnStandardErrorUnlessAsked() {
    var result = Program.gatun("run", "-m", Models.stories(), "-p", "Once", "-n", "3").launch();
    assertEquals(List.of(), result.errors());
  }

  @Test
  void readsThePromptFromAnOptionAFileOrStandardInput(@TempDir Path folder) throws IOException {
    String prompt = "Tim und Ärger\n";
    Path file = Files.writeString(folder.resolve("prömpt 日本.txt"), prompt, StandardCharsets.UTF_8);
    Object[] options = {"run", "-m", Models.stories(), "-n", "24", "--temp", "0"};
    String fromOption = Program.gatun(with(options, "-p", prompt)).launch().text();
    assertEquals(fromOption, Program.gatun(with(options, "-f", file)).launch().text());
    assertEquals(fromOption, Program.gatun(options).input(prompt).launch().text());
    assertFalse(fromOption.isBlank());
  }

  @Test
  void aClosedPipeEndsQuietly() throws IOException, InterruptedException {
    Process process = Program.gatun("run", "-m", Models.stories(), "-p", "Once", "-n", "400", "--temp", "0").start();
    process.getOutputStream().close();
    assertTrue(process.getInputStream().read() >= 0);
    process.getInputStream().close();
    String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(List.of(), error.lines().filter(line -> !line.startsWith("WARNING: Using incubator")).toList());
    assertEquals(0, process.exitValue());
  }

  @Test
  void anInterruptEndsItWith130() throws IOException, InterruptedException {
    var program = Program.gatun("run", "-m", Models.stories(), "-p", "Once", "-c", "100000");
    Process process = program.start();
    process.getOutputStream().close();
    assertTrue(process.getInputStream().read() >= 0, "it is telling a story");
    interrupt(process);
    assertEquals(130, program.finish(process).exitCode());
  }

  private static void interrupt(Process process) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor());
  }

  @Test
  void onlyOnePrompt() {
    var result = Program.gatun("run", "-m", Models.stories(), "-p", "Once", "--ids", "1").run();
    assertEquals(2, result.exitCode());
    assertTrue(result.error().contains("only one of -p, -f and --ids"), result.error());
  }

  @Test
  void theSameSeedGivesTheSameIds() {
    Object[] options = {"run", "-m", Models.quantizedStories(), "-p", "Once upon a time", "-n", "40", "--json"};
    String ids = ids(Program.gatun(with(options, "-s", "7", "-t", "1")));
    assertEquals(ids, ids(Program.gatun(with(options, "--seed", "7", "--threads", "2", "-ub", "1"))));
    assertFalse(ids.equals(ids(Program.gatun(with(options, "-s", "8")))), "another seed tells another story");
  }

  @Test
  void stopsAtAStopTextWhichIsNotPrinted() {
    var result =
        Program.gatun("run", "-m", Models.stories(), "--ids", "1", "--temp", "0", "--activations", "f32", "--stop", "girl", "--json")
            .run();
    JsonNode found = Oracle.json(result.text());
    String story = Oracle.json(Oracle.require("models/stories260K.bos.json")).get("f32math").get("text").stringValue();
    assertEquals(story.substring(0, story.indexOf("girl")), found.get("text").stringValue());
    assertEquals("stop", found.get("finish_reason").stringValue());
  }

  @Test
  void endsWithLengthWhenTheContextIsFull() {
    var result = Program.gatun("run", "-m", Models.stories(), "-p", "Once", "-c", "20", "--num-predict", "-1", "--json").run();
    JsonNode found = Oracle.json(result.text());
    assertEquals("length", found.get("finish_reason").stringValue());
    JsonNode usage = found.get("usage");
    assertEquals(20, usage.get("prompt_tokens").intValue() + usage.get("completion_tokens").intValue());
  }

  private static String ids(Program program) {
    var result = program.run();
    assertEquals(0, result.exitCode(), result.error());
    return StreamSupport.stream(Oracle.json(result.text()).get("ids").spliterator(), false).toList().toString();
  }

  private static Object[] with(Object[] options, Object... more) {
    var all = new Object[options.length + more.length];
    System.arraycopy(options, 0, all, 0, options.length);
    System.arraycopy(more, 0, all, options.length, more.length);
    return all;
  }
}
