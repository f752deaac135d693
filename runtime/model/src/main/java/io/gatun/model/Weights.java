package io.gatun.model;

import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.Matrix;
import io.gatun.tensors.Checkpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A model's tensors on a device, by name. Immutable. */
final class Weights {
  private final Map<String, Matrix> matrices = new HashMap<>();
  private final Map<String, Buffer> vectors = new HashMap<>();

  Weights(ModelSpec spec, Checkpoint checkpoint, Device device) {
    SpecTensors tensors = SpecTensors.of(spec);
    for (String name : tensors.matrices()) {
      matrices.put(name, device.load(tensors.tensor(checkpoint, name)));
    }
    for (String name : tensors.vectors()) {
      vectors.put(name, device.loadVector(tensors.tensor(checkpoint, name)));
    }
  }

  Matrix matrix(String name) {
    return Objects.requireNonNull(matrices.get(name), name);
  }

  Buffer vector(String name) {
    return Objects.requireNonNull(vectors.get(name), name);
  }
}
