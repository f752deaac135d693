package io.gatun.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.safetensors.SafetensorsDir;
import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.FlatBlockEncoding;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products with matrices in several planes: GPTQ, AWQ, EXL2 and all others. */
class PlanesTest {
  private static final int TOKENS = 3;

  static List<Path> layers() {
    return Oracle.vectors().stream()
        .filter(file -> !file.endsWith("00_tables.safetensors") && !file.toString().contains("allcodes"))
        .toList();
  }

  private static TensorData matrix(SafetensorsDir file) {
    return file.tensors().values().stream()
        .filter(tensor -> tensor.encoding() instanceof MatrixEncoding)
        .findFirst()
        .orElseThrow();
  }

  private static float[] decoded(TensorData tensor) {
    var values = new float[(int) tensor.values()];
    tensor.decode(0, (int) tensor.rows(), values);
    return values;
  }

  private static float[] random(int count) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[] product(Device device, TensorData weights, float[] x) {
    Matrix matrix = device.load(weights);
    int tokens = (int) (x.length / weights.cols());
    Buffer input = device.buffer(tokens, weights.cols());
    device.write(x, input);
    Buffer output = device.buffer(tokens, matrix.rows());
    if (matrix.experts() > 1) {
      var experts = new int[tokens];
      var weight = new float[tokens];
      for (int i = 0; i < tokens; i++) {
        experts[i] = matrix.experts() - 1;
        weight[i] = 1;
      }
      device.matmulExperts(input, matrix, new Routing(1, experts, weight), output);
    } else {
      device.matmul(input, matrix, output);
    }
    var all = new float[(int) (tokens * matrix.rows())];
    for (int token = 0; token < tokens; token++) {
      var row = new float[(int) matrix.rows()];
      device.read(output, token, row);
      System.arraycopy(row, 0, all, token * row.length, row.length);
    }
    return all;
  }

  /** The last expert, or the only one. */
  private static double[] expected(TensorData weights, float[] x) {
    int cols = (int) weights.cols();
    int rows = weights.shape().get(weights.shape().size() - 2).intValue();
    float[] w = decoded(weights);
    int first = w.length - rows * cols;
    var y = new double[x.length / cols * rows];
    for (int i = 0; i < y.length; i++) {
      for (int k = 0; k < cols; k++) {
        y[i] += (double) w[first + i % rows * cols + k] * x[i / rows * cols + k];
      }
    }
    return y;
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @ParameterizedTest
  @MethodSource("layers")
  void floatActivationsMeetTheDecodedMatrix(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path);
        var device = new ReferenceDevice(ActivationPrecision.F32)) {
      TensorData weights = matrix(file);
      float[] x = random((int) (TOKENS * weights.cols()));
      double[] expected = expected(weights, x);
      float[] found = product(device, weights, x);
      for (int i = 0; i < expected.length; i++) {
        assertEquals((float) expected[i], found[i], 1e-7 * largest(expected));
      }
    }
  }

  /** Activations that are their own codes lose nothing, so the product is that of the decoded matrix, or of its levels. */
  @ParameterizedTest
  @MethodSource("layers")
  void integerActivationsMeetCodesInPackedOrder(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path);
        var device = new ReferenceDevice(ActivationPrecision.Q8)) {
      TensorData weights = matrix(file);
      int cols = (int) weights.cols();
      var x = new float[2 * cols];
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(8);
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextBoolean() ? 127 : -127;
      }
      double[] expected = expected(weights, x);
      float[] found = product(device, weights, x);
      if (HostMatrix.of(weights).isInteger() && weights.encoding() instanceof FlatBlockEncoding) {
        assertTrue(error(expected, found) < 0.005, "%f".formatted(error(expected, found)));
        return;
      }
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], found[i], 2e-5 * largest(expected));
      }
    }
  }

  /** Of numbers that are approximated by levels: the root of the mean square, in that of the expected ones. */
  private static double error(double[] expected, float[] found) {
    double squares = 0;
    double errors = 0;
    for (int i = 0; i < expected.length; i++) {
      squares += expected[i] * expected[i];
      errors += (found[i] - expected[i]) * (found[i] - expected[i]);
    }
    return Math.sqrt(errors / squares);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compressed-tensors/14_w8a8_static_sym", "bitsandbytes/07_int8_m5"})
  void activationsAreQuantizedAsTheCheckpointPrescribes(String name) throws IOException {
    assertPrescribed(Oracle.requireVector(name + ".safetensors"));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void everyLayerThatPrescribesIntegers(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path)) {
      Optional<ActivationScheme> scheme = ((MatrixEncoding) matrix(file).encoding()).activations();
      if (scheme.filter(ActivationScheme.Int8.class::isInstance).isPresent()) {
        assertPrescribed(path);
      }
    }
  }

  private static void assertPrescribed(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path);
        var device = new ReferenceDevice(ActivationPrecision.NATIVE)) {
      TensorData weights = matrix(file);
      String layer = weights.name().substring(0, weights.name().lastIndexOf('.'));
      float[] x = decoded(Objects.requireNonNull(file.tensors().get("input.x")));
      float[] expected = decoded(Objects.requireNonNull(file.tensors().get("expected_y." + layer)));
      float[] found = product(device, weights, x);
      double largest = 0;
      for (float value : expected) {
        largest = Math.max(largest, Math.abs(value));
      }
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], found[i], 1e-6 * largest);
      }
    }
  }

  /** FP8 with a scale of the file: the product of the decoded matrix with rounded activations. */
  @Test
  void activationsBecomeSmallFloatsAsTheCheckpointPrescribes() throws IOException {
    try (var file = SafetensorsDir.open(Oracle.requireVector("fp8/01_e4m3_tensor.safetensors"));
        var device = new ReferenceDevice(ActivationPrecision.NATIVE)) {
      TensorData weights = matrix(file);
      var scheme = ((MatrixEncoding) weights.encoding()).activations().orElseThrow();
      float scale = ((ActivationScheme.Float8Static) scheme).scale();
      float[] x = random((int) (TOKENS * weights.cols()));
      float[] rounded = x.clone();
      for (int i = 0; i < x.length; i++) {
        rounded[i] = RoundedRows.e4m3(x[i] / scale) * scale;
      }
      double[] expected = expected(weights, rounded);
      float[] found = product(device, weights, x);
      for (int i = 0; i < expected.length; i++) {
        assertEquals((float) expected[i], found[i], 1e-7 * largest(expected));
      }
    }
  }

  @Test
  void aVectorAndARowOfEmbeddings() throws IOException {
    try (var file = SafetensorsDir.open(Oracle.requireVector("gptq/28_v1_wrapped_zero_b4.safetensors"));
        var device = new ReferenceDevice(ActivationPrecision.Q8)) {
      TensorData weights = matrix(file);
      Matrix table = device.load(weights);
      Buffer out = device.buffer(1, table.cols());
      device.embed(table, new int[] {5}, out);
      var row = new float[(int) table.cols()];
      device.read(out, 0, row);
      float[] all = decoded(weights);
      for (int i = 0; i < row.length; i++) {
        assertEquals(all[5 * row.length + i], row[i]);
      }
      assertTrue(HostMatrix.of(table).isInteger());
    }
  }
}
