package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import io.gatun.safetensors.SafetensorsDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that write NumPy files. */
class NumbersTest {
  @TempDir Path folder;

  private Npy written(Object... arguments) {
    return written(Program::run, arguments);
  }

  private Npy written(Function<Program, Program.Result> how, Object... arguments) {
    Path out = folder.resolve("out ü.npy");
    var all = new Object[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--out";
    all[arguments.length + 1] = out;
    var result = how.apply(Program.gatun(all));
    assertEquals(0, result.exitCode(), result.error());
    assertEquals("", result.text());
    assertEquals(List.of(), result.errors());
    return Npy.read(out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"f16", "bf16", "q4_0", "q8_0", "q6_k", "q4_k-random", "q2_k-random"})
  void dequantizedTensorsAreTheReferencesToTheBit(String type) {
    Npy expected = Npy.read(Oracle.require("dequant/" + type + ".npy.gz"));
    Npy found = written("dequantize", Oracle.require("dequant/" + type + ".gguf"), "t.weight");
    assertEquals(expected.shape(), found.shape());
    assertArrayEquals(expected.values(), found.values());
  }

  @Test
  void dequantizeNeedsNoKnownArchitecture() {
    Path unknown = Oracle.require("malformed/files/arch-unknown.gguf");
    Npy found = written(Program::launch, "dequantize", unknown, "output_norm.weight");
    assertEquals(1, found.shape().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gptq/28_v1_wrapped_zero_b4", "exl2/02_b4", "fp4/03_mxfp4_gptoss", "bitsandbytes/05_nf4_b64"})
  void aLayerOfAQuantizedSafetensorsFileByItsName(String name) throws IOException {
    Path file = Oracle.requireVector(name + ".safetensors");
    String expected = name(file, "expected.");
    Npy reference = written("dequantize", file, expected);
    Npy found = written("dequantize", file, expected.substring("expected.".length()));
    assertEquals(reference.shape(), found.shape());
    assertArrayEquals(reference.values(), found.values());
  }

  private static String name(Path file, String prefix) throws IOException {
    try (var opened = SafetensorsDir.open(file)) {
      return opened.tensors().keySet().stream().filter(name -> name.startsWith(prefix)).findFirst().orElseThrow();
    }
  }

  @Test
  void aFolderOfSafetensorsIsInspected() throws IOException {
    Path file = Oracle.requireVector("gptq/31_v1_zero_gidx_b4.safetensors");
    Files.copy(file, folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
    var result = Program.gatun("inspect", folder, "--tensors").run();
    assertEquals(0, result.exitCode(), result.error());
    assertTrue(result.text().contains("architecture: llama"), result.text());
    assertTrue(result.text().contains("supported: no"), result.text());
    assertTrue(result.text().contains("up_proj.weight: gptq-int4 [64, 128]"), result.text());
  }

  @Test
  void aTensorThatIsNotThere() {
    Path out = folder.resolve("none.npy");
    var result = Program.gatun("dequantize", Models.stories(), "blk.99", "--out", out).run();
    assertEquals(2, result.exitCode());
    assertTrue(result.error().contains("no tensor 'blk.99'"), result.error());
    assertTrue(Files.notExists(out));
  }

  @Test
  void logitsAfterAllTokensOrTheLast() {
    String ids = idsOfTheShortPrompt();
    Npy expected = Npy.read(Oracle.require("models/llama.short.npy"));
    double tolerance = Oracle.json(Oracle.require("models/llama.json")).get("suggested_atol").doubleValue();
    Object[] options = {"logits", "-m", Oracle.require("models/llama.gguf"), "--ids", ids, "--activations", "f32"};
    Npy last = written(options);
    assertEquals(List.of(512), last.shape());
    Npy all =
        written(
            "logits", "-m", options[2], "--ids", ids, "--activations", "f32", "--fast-float", "--all", "-t", "2", "-ub", "7");
    assertEquals(expected.shape(), all.shape());
    assertArrayEquals(expected.values(), all.values(), (float) tolerance);
    assertArrayEquals(last.values(), all.row(all.shape().getFirst() - 1), "the same to the bit");
  }

  @Test
  void embeddingsOfEachTokenPooledAndNormalized() {
    Object[] options = {"embed", "-m", Models.stories(), "--ids", "1,403,407,261", "--pooling", "none"};
    Npy each = written(options);
    assertEquals(List.of(4, 64), each.shape());
    options[6] = "mean";
    Npy mean = written(options);
    assertEquals(List.of(64), mean.shape());
    options[6] = "last";
    Npy last = written(options);
    assertArrayEquals(each.row(3), last.values());
    Npy unit = written("embed", "-m", Models.stories(), "--ids", "1,403,407,261", "--normalize");
    double squares = 0;
    double product = 0;
    double length = 0;
    for (int i = 0; i < 64; i++) {
      assertEquals((each.row(0)[i] + each.row(1)[i] + each.row(2)[i] + each.row(3)[i]) / 4, mean.values()[i], 1e-6);
      squares += unit.values()[i] * unit.values()[i];
      product += unit.values()[i] * last.values()[i];
      length += last.values()[i] * last.values()[i];
    }
    assertEquals(1, squares, 1e-6);
    assertEquals(1, product / Math.sqrt(length), 1e-6, "the same direction");
  }

  @Test
  void embedNeedsATextAndAKnownPooling() {
    Path out = folder.resolve("none.npy");
    var none = Program.gatun("embed", "-m", Models.stories(), "--out", out).run();
    assertEquals(2, none.exitCode());
    assertTrue(none.error().contains("expected one of -p and --ids"), none.error());
    var unknown = Program.gatun("embed", "-m", Models.stories(), "-p", "a", "--pooling", "max", "--out", out).run();
    assertEquals(2, unknown.exitCode());
    assertTrue(unknown.error().contains("'max', expected one of none, mean, cls, last"), unknown.error());
    assertTrue(Files.notExists(out));
  }

  private static String idsOfTheShortPrompt() {
    var ids = new StringBuilder();
    Oracle.json(Oracle.require("models/llama.json")).get("prompts").get("short").get("ids")
        .forEach(id -> ids.append(ids.isEmpty() ? "" : ",").append(id.intValue()));
    return ids.toString();
  }
}
