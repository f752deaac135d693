package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.OpaqueEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding is the reference's, bit for bit. */
class DequantOracleTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "f32", "f16", "bf16", "q4_0", "q4_1", "q4_1-random", "q5_0", "q5_0-random", "q8_0", "q2_k",
        "q2_k-random", "q4_k", "q4_k-random", "q5_k", "q5_k-random", "q6_k", "q8_k", "q8_k-random",
        "iq1_s", "iq1_s-random", "iq2_xxs", "iq2_xxs-random", "iq2_xs", "iq2_xs-random", "iq3_s", "iq3_s-random",
        "iq4_nl", "iq4_nl-random", "iq4_xs", "mxfp4", "nvfp4", "nvfp4-random", "q1_0", "q1_0-random", "tq1_0",
        "tq1_0-random"
      })
  void asGgml(String name) throws IOException {
    assertBitExact("dequant/" + name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "q4_0-random", "q5_1-random", "q8_0-random", "q3_k-random", "q6_k-random", "iq1_m-random", "iq2_s-random",
        "iq3_xxs-random", "iq4_xs-random", "tq2_0-random", "mxfp4-random"
      })
  void asThePythonPackageGguf(String name) throws IOException {
    assertBitExact("dequant-gguf-py/" + name);
  }

  private static void assertBitExact(String name) throws IOException {
    var path = Oracle.find(name + ".gguf");
    if (path.isEmpty()) {
      Assumptions.abort(Oracle.missing(name + ".gguf"));
    }
    var expected = Npy.read(Oracle.require(name + ".npy.gz"));
    try (var file = GgufFile.open(path.orElseThrow())) {
      var tensor = file.tensors().firstEntry().getValue();
      assertEquals(expected.shape().stream().map(Integer::longValue).toList(), tensor.shape());
      float[] values = expected.values();
      float[] actual = GgufFileTest.decoded(tensor);
      for (int i = 0; i < values.length; i++) {
        assertEquals(Float.floatToRawIntBits(values[i]), Float.floatToRawIntBits(actual[i]), "value " + i);
      }
    }
  }

  /** A decoder that replaces an opaque entry must join the lists above. */
  @Test
  void everyReferenceOfAnEncodingThatIsDecodedIsInTheLists() throws Exception {
    var method = DequantOracleTest.class.getDeclaredMethod("asGgml", String.class);
    var listed = Stream.of(method.getAnnotation(ValueSource.class).strings()).toList();
    var found = new TreeSet<String>();
    try (var files = Files.list(Oracle.require("dequant"))) {
      for (var path : files.filter(path -> path.toString().endsWith(".gguf")).toList()) {
        try (var file = GgufFile.open(path)) {
          if (!(file.tensors().firstEntry().getValue().encoding() instanceof OpaqueEncoding)) {
            found.add(path.getFileName().toString().replace(".gguf", ""));
          }
        }
      }
    }
    found.removeAll(listed);
    assertEquals(new TreeSet<>(), found);
  }
}
