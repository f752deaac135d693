package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each failure is its exit code and one line of ours on standard error, with standard output empty. */
class ExitCodesTest {
  private static final String UNKNOWN = "malformed/files/arch-unknown.gguf";


  private static void fails(int exitCode, String says, Object... arguments) {
    failed(exitCode, says, Program.gatun(arguments).run());
  }

  private static void failed(int exitCode, String says, Program.Result result) {
    assertAll(
        () -> assertEquals(exitCode, result.exitCode(), result.error()),
        () -> assertEquals("", result.text()),
        () -> assertEquals(1, result.errors().size(), result.error()),
        () -> assertTrue(result.errors().getFirst().startsWith("gatun: "), result.error()),
        () -> assertTrue(result.error().contains(says), result.error()));
  }

  @Test
  void wrongUsage() {
    failed(2, "no command given", Program.gatun().launch());
    fails(2, "unknown command 'transmogrify'", "transmogrify", "-m", "x");
    fails(2, "unknown option '--loud'", "run", "--loud");
    fails(2, "no model given", "run", "-p", "x");
    fails(2, "'--model'", "run", "-m");
    fails(2, "nowhere.gguf: no such file", "inspect", "nowhere.gguf");
    fails(2, "is a folder", "inspect", ".");
    fails(2, "top_p 1.5", "run", "-m", Models.stories(), "-p", "x", "--top-p", "1.5");
    fails(2, "'many'", "run", "-m", Models.stories(), "-p", "x", "-n", "many");
    fails(2, "auto|scalar|vector|jit", "run", "-m", Models.stories(), "-p", "x", "--kernels", "fast");
    fails(2, "f32|f16|q8_0", "run", "-m", Models.stories(), "-p", "x", "--cache-type-k", "q4");
  }

  @Test
  void idsOutsideTheVocabulary(@TempDir Path folder) {
    Path out = folder.resolve("x.npy");
    fails(2, "512", "logits", "-m", Models.stories(), "--ids", "1,512", "--out", out);
    assertTrue(Files.notExists(out));
    fails(2, "-1", "run", "-m", Models.stories(), "--ids=-1");
  }

  @Test
  void aPromptThatDoesNotFit() {
    fails(2, "context", "run", "-m", Models.stories(), "-p", "Once upon a time there was", "-c", "4");
  }

  @Test
  void aMalformedFile(@TempDir Path folder) throws IOException {
    Path lowercase = Oracle.require("malformed/files/magic-lowercase.gguf");
    failed(3, "GGUF", Program.gatun("run", "-m", lowercase, "-p", "x").launch());
    fails(3, "GGUF", "inspect", lowercase);
    Path nan = Oracle.require("malformed/files/data-nan-norm.gguf");
    String says = nan + ": the logit of token 0 is NaN, expected a finite number";
    fails(3, says, "run", "-m", nan, "--ids", "1", "-n", "1");
    fails(3, says, "logits", "-m", nan, "--ids", "1", "--out", folder.resolve("x.npy"));
  }

  @Test
  void aModelThatIsNotSupported() {
    var unknown = Program.gatun("run", "-m", Oracle.require(UNKNOWN), "-p", "x");
    failed(4, "'nonesuch' is not supported, expected one of afmoe, ", unknown.launch());
    fails(4, ", llama, ", "run", "-m", Oracle.require(UNKNOWN), "-p", "x");
    Path safetensors = Oracle.requireVector("gptq/31_v1_zero_gidx_b4.safetensors");
    fails(4, safetensors.getParent() + ": no config.json", "run", "-m", safetensors, "-p", "x");
  }

  @Test
  void aDeviceOrTierThatIsMissing() {
    fails(5, "quantum", "run", "-m", Models.stories(), "-p", "x", "--device", "quantum");
    var capped = Program.gatun("run", "-m", Models.stories(), "-p", "x", "--kernels", "vector").jvm("-Dgatun.require=jit");
    failed(5, "-Dgatun.require=jit", capped.launch());
  }

  @Test
  void aStackTraceOnlyWithDebug() {
    var result = Program.gatun("run", "-m", "nowhere.gguf", "-p", "x", "--debug").run();
    assertEquals(2, result.exitCode());
    assertTrue(result.error().contains("\tat io.gatun"), result.error());
  }

  @Test
  void anOutputThatCannotBeWritten(@TempDir Path folder) {
    fails(
        2, "no such file", "logits", "-m", Models.stories(), "--ids", "1", "--out", folder.resolve("no/folder/x.npy"));
  }
}
