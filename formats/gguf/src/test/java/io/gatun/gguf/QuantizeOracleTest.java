package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.Encoders;
import java.io.IOException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoding is ggml's, byte for byte: outliers, zero rows, huge rows, scales that underflow. */
class QuantizeOracleTest {
  @ParameterizedTest
  @ValueSource(strings = {"f32", "f16", "bf16", "q4_0", "q8_0"})
  void asGgml(String name) throws IOException {
    var path = Oracle.find("dequant/" + name + ".gguf");
    if (path.isEmpty()) {
      Assumptions.abort(Oracle.missing("dequant/" + name + ".gguf"));
    }
    float[] source = Npy.read(Oracle.require("dequant/source.npy.gz")).values();
    try (var file = GgufFile.open(path.orElseThrow());
        var arena = Arena.ofConfined()) {
      var tensor = file.tensors().firstEntry().getValue();
      var actual = arena.allocate(tensor.bytes().byteSize());
      Encoders.of(tensor.encoding()).orElseThrow().encode(source, 0, actual, 0, source.length);
      assertEquals(-1, tensor.bytes().mismatch(actual));
    }
  }
}
