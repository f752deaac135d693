package io.gatun.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.layers.FloatMatrix;
import io.gatun.oracle.layers.QuantizedFormat;
import io.gatun.oracle.layers.RawTensor;
import io.gatun.oracle.layers.StoredLayer;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that an independent writer stored are read as the matrix that it computed. */
class WrittenLayersTest {
  private static final float DEVIATION = 0.02f;

  @TempDir Path folder;

  /**
   * Last groups that are short, rows that are no whole block, and whole ones; 72 zero points of 5 bits take as many words
   * whether or not codes straddle them.
   */
  static Stream<Arguments> layers() {
    Stream<Arguments> all =
        QuantizedFormat.all().stream()
            .flatMap(
                format ->
                    format.step() == 128
                        ? Stream.of(Arguments.of(format, 128, 256), Arguments.of(format, 256, 128))
                        : Stream.of(Arguments.of(format, 96, 256), Arguments.of(format, 160, 320)));
    Stream<Arguments> packed =
        QuantizedFormat.all().stream()
            .filter(format -> format.id().startsWith("ct-int"))
            .map(format -> Arguments.of(format, 72, 320));
    return Stream.concat(all, packed);
  }

  /** The reference multiplies and divides in another order in the first; rotations are sums of 128 in the second. */
  private static double tolerance(TensorData tensor) {
    return switch (tensor.encoding().id()) {
      case "llm.int8" -> 2e-7;
      case "exl3" -> 1e-6;
      default -> 0;
    };
  }

  private static void add(RawFile file, RawTensor tensor) {
    file.bytes(tensor.name(), tensor.shape(), SafetensorsTypes.encoding(tensor.dtype()).orElseThrow(), tensor.bytes());
  }

  @ParameterizedTest
  @MethodSource("layers")
  void theMatrixIsTheWriters(QuantizedFormat format, int out, int in) throws IOException {
    var random = new SplittableRandom(1);
    FloatMatrix weights = FloatMatrix.random(out, in, DEVIATION, random);
    StoredLayer layer = format.writer().write("l", weights, random);
    var file = new RawFile().config(format.config());
    layer.tensors().forEach(tensor -> add(file, tensor));
    try (var model = SafetensorsDir.open(file.write(folder.resolve("model.safetensors")))) {
      TensorData tensor = RawFile.tensor(model, "l.weight");
      assertEquals(List.of((long) out, (long) in), tensor.shape());
      assertEquals(1, model.tensors().size());
      float[] found = VectorsTest.values(tensor);
      float[] expected = layer.matrix().values();
      float tolerance = (float) (tolerance(tensor) * 5 * DEVIATION);
      double error = 0;
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i] + 0f, found[i] + 0f, tolerance, "value " + i);
        error += Math.pow(expected[i] - weights.values()[i], 2) / expected.length;
      }
      assertTrue(Math.sqrt(error) < 0.6 * DEVIATION, "a quantizer keeps most of what it is given, off by " + Math.sqrt(error));
    }
  }
}
