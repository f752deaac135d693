package io.gatun.model;

import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.Matrix;
import io.gatun.tensors.Checkpoint;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A model's tensors on a device, by what the spec calls them. Used by one thread. */
final class Weights {
  private final Device device;
  private final Map<SpecTensors.Part, Matrix> matrices = new HashMap<>();
  private final Map<SpecTensors.Part, Buffer> vectors = new HashMap<>();
  private final Map<Long, Buffer> ones = new HashMap<>();
  /** What has been asked for, by names that cost no memory to compare. */
  private final Map<Linear, Matrix> found = new HashMap<>();

  private final Map<String, Buffer> foundVectors = new HashMap<>();
  private final Map<String, float[]> scales = new HashMap<>();

  Weights(ModelSpec spec, Checkpoint checkpoint, Device device) {
    this.device = device;
    SpecTensors tensors = SpecTensors.of(spec);
    for (SpecTensors.Part part : tensors.matrices()) {
      matrices.put(part, device.load(tensors.part(checkpoint, part)));
    }
    for (SpecTensors.Part part : tensors.vectors()) {
      vectors.put(part, device.loadVector(tensors.part(checkpoint, part)));
    }
  }

  Matrix matrix(Linear linear) {
    Matrix matrix = found.get(linear);
    if (matrix == null) {
      matrix = Objects.requireNonNull(matrices.get(SpecTensors.matrix(linear)), linear.weight());
      found.put(linear, matrix);
    }
    return matrix;
  }

  Buffer bias(Linear linear, String name) {
    return Objects.requireNonNull(vectors.get(SpecTensors.bias(linear, name)), name);
  }

  /** Of experts. */
  Matrix biases(Linear linear, String name) {
    return Objects.requireNonNull(matrices.get(SpecTensors.biases(linear, name)), name);
  }

  /** Factors of a linear map, as many as it has matrices. */
  float[] scales(Linear linear, String name) {
    return scales.computeIfAbsent(
        name,
        _ -> {
          var values = new float[Math.toIntExact(linear.scales())];
          device.read(vector(name, values.length), 0, values);
          return values;
        });
  }

  Buffer vector(String name, long size) {
    Buffer vector = foundVectors.get(name);
    if (vector == null) {
      vector = Objects.requireNonNull(vectors.get(SpecTensors.vector(name, size)), name);
      foundVectors.put(name, vector);
    }
    return vector;
  }

  /** The gain of a norm that has none. */
  Buffer ones(long size) {
    return ones.computeIfAbsent(
        size,
        _ -> {
          var values = new float[Math.toIntExact(size)];
          Arrays.fill(values, 1);
          Buffer buffer = device.buffer(1, size);
          device.write(values, buffer);
          return buffer;
        });
  }
}
