package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cpu.vector.VectorTier;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.Matrix;
import io.gatun.device.ReferenceDevice;
import io.gatun.oracle.Oracle;
import io.gatun.safetensors.SafetensorsDir;
import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products with activations as a checkpoint prescribes them, in the scalar and the vector tier and on any threads. */
class PrescribedActivationsTest {

  static List<Path> integers() throws IOException {
    return prescribing(ActivationScheme.Int8.class);
  }

  static List<Path> smallFloats() throws IOException {
    return prescribing(ActivationScheme.Rounded.class);
  }

  private static List<Path> prescribing(Class<? extends ActivationScheme> kind) throws IOException {
    var found = new ArrayList<Path>();
    for (Path path : Oracle.vectors()) {
      if (path.endsWith("00_tables.safetensors") || path.toString().contains("allcodes")) {
        continue;
      }
      try (var file = SafetensorsDir.open(path)) {
        if (((MatrixEncoding) matrix(file).encoding()).activations().filter(kind::isInstance).isPresent()) {
          found.add(path);
        }
      }
    }
    return found;
  }

  private static TensorData matrix(SafetensorsDir file) {
    return file.tensors().values().stream()
        .filter(tensor -> tensor.encoding() instanceof MatrixEncoding)
        .findFirst()
        .orElseThrow();
  }

  private static List<Device> devices() {
    KernelTable vectors = KernelTable.scalar().improvedBy(new VectorTier());
    return List.of(
        new CpuDevice(1, KernelTable.scalar(), ActivationPrecision.NATIVE),
        new CpuDevice(3, KernelTable.scalar(), ActivationPrecision.NATIVE),
        new CpuDevice(1, vectors, ActivationPrecision.NATIVE),
        new CpuDevice(2, vectors, ActivationPrecision.NATIVE));
  }

  private static float[] decoded(TensorData tensor) {
    var values = new float[(int) tensor.values()];
    tensor.decode(0, (int) tensor.rows(), values);
    return values;
  }

  private static float[] product(Device device, TensorData weights, float[] x) {
    try (device) {
      int tokens = (int) (x.length / weights.cols());
      Matrix w = device.load(weights);
      Buffer input = device.buffer(tokens, weights.cols());
      device.write(x, input);
      Buffer output = device.buffer(tokens, w.rows());
      device.matmul(input, w, output);
      var all = new float[(int) (tokens * w.rows())];
      for (int token = 0; token < tokens; token++) {
        var row = new float[(int) w.rows()];
        device.read(output, token, row);
        System.arraycopy(row, 0, all, token * row.length, row.length);
      }
      return all;
    }
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @ParameterizedTest
  @MethodSource("integers")
  void integersAreThoseOfThePublishedArithmetic(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path)) {
      TensorData weights = matrix(file);
      String layer = weights.name().substring(0, weights.name().lastIndexOf('.'));
      float[] x = decoded(Objects.requireNonNull(file.tensors().get("input.x")));
      float[] expected = decoded(Objects.requireNonNull(file.tensors().get("expected_y." + layer)));
      float[] reference = product(new ReferenceDevice(ActivationPrecision.NATIVE), weights, x);
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], reference[i], 1e-6 * largest(expected));
      }
      for (Device device : devices()) {
        assertArrayEquals(reference, product(device, weights, x));
      }
    }
  }

  /** More activation rows than meet a strip at a time, in no way depending on each other. */
  @ParameterizedTest
  @MethodSource("integers")
  void manyRows(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path)) {
      TensorData weights = matrix(file);
      float[] x = gaussian(70 * (int) weights.cols());
      float[] reference = product(new ReferenceDevice(ActivationPrecision.NATIVE), weights, x);
      for (Device device : devices()) {
        assertArrayEquals(reference, product(device, weights, x));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("smallFloats")
  void smallFloatsMeetTheDecodedMatrix(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path)) {
      TensorData weights = matrix(file);
      float[] x = gaussian(5 * (int) weights.cols());
      float[] reference = product(new ReferenceDevice(ActivationPrecision.NATIVE), weights, x);
      float[] unrounded = product(new ReferenceDevice(ActivationPrecision.F32), weights, x);
      float tolerance = 1e-5f * largest(reference);
      for (Device device : devices()) {
        assertArrayEquals(reference, product(device, weights, x), tolerance);
      }
      float difference = 0;
      for (int i = 0; i < reference.length; i++) {
        difference = Math.max(difference, Math.abs(reference[i] - unrounded[i]));
      }
      assertTrue(difference > 10 * tolerance, "activations were not rounded");
    }
  }

  private static float[] gaussian(int count) {
    var random = new SplittableRandom(count);
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
