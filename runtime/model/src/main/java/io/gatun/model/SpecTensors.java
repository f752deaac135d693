package io.gatun.model;

import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.TensorData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The tensors that a spec names, and the shapes they must have. */
final class SpecTensors {
  private final Map<String, List<Long>> matrices = new LinkedHashMap<>();
  private final Map<String, List<Long>> vectors = new LinkedHashMap<>();

  private SpecTensors() {}

  static SpecTensors of(ModelSpec spec) {
    var tensors = new SpecTensors();
    tensors.linear(spec.tokenEmbedding());
    tensors.norm(spec.outputNorm());
    tensors.linear(spec.output());
    for (BlockSpec block : spec.blocks()) {
      tensors.norm(block.mixerNorm());
      tensors.mixer(block.mixer());
      tensors.norm(block.feedForwardNorm());
      tensors.feedForward(block.feedForward());
    }
    return tensors;
  }

  /** Names of weight matrices. */
  Set<String> matrices() {
    return matrices.keySet();
  }

  /** Names of gains and biases. */
  Set<String> vectors() {
    return vectors.keySet();
  }

  /** @throws FormatException if a tensor is missing or has another shape */
  void check(Checkpoint checkpoint) {
    matrices.keySet().forEach(name -> tensor(checkpoint, name));
    vectors.keySet().forEach(name -> tensor(checkpoint, name));
  }

  /**
   * A tensor in the shape that the spec has for it: a file may have dimensions of 1 in front.
   *
   * @throws FormatException if it is missing or has another shape
   */
  TensorData tensor(Checkpoint checkpoint, String name) {
    List<Long> expected = Objects.requireNonNullElseGet(matrices.get(name), () -> vectors.get(name));
    String origin = checkpoint.metadata().origin();
    TensorData tensor = checkpoint.tensors().get(name);
    if (tensor == null) {
      throw new FormatException("%s: tensor %s is missing, expected shape %s".formatted(origin, name, expected));
    }
    if (!withoutLeadingOnes(tensor.shape()).equals(withoutLeadingOnes(expected))) {
      throw new FormatException(
          "%s: tensor %s has shape %s, expected %s".formatted(origin, name, tensor.shape(), expected));
    }
    return new TensorData(name, expected, tensor.encoding(), tensor.planes());
  }

  /** The checkpoint's tensors that this spec does not name. */
  Set<String> leftovers(Checkpoint checkpoint) {
    var left = new HashSet<>(checkpoint.tensors().keySet());
    left.removeAll(matrices.keySet());
    left.removeAll(vectors.keySet());
    return left;
  }

  private static List<Long> withoutLeadingOnes(List<Long> shape) {
    int from = 0;
    while (from < shape.size() - 1 && shape.get(from) == 1) {
      from++;
    }
    return shape.subList(from, shape.size());
  }

  private void mixer(Mixer mixer) {
    switch (mixer) {
      case Mixer.Attention attention -> {
        for (Linear linear : List.of(attention.query(), attention.key(), attention.value(), attention.output())) {
          linear(linear);
        }
        attention.queryNorm().ifPresent(this::norm);
        attention.keyNorm().ifPresent(this::norm);
      }
    }
  }

  private void feedForward(FeedForward feedForward) {
    switch (feedForward) {
      case FeedForward.Dense dense -> List.of(dense.gate(), dense.up(), dense.down()).forEach(this::linear);
      case FeedForward.Experts experts ->
          List.of(experts.router(), experts.gate(), experts.up(), experts.down()).forEach(this::linear);
    }
  }

  private void linear(Linear linear) {
    var shape = new ArrayList<Long>();
    if (linear.experts() > 0) {
      shape.add(linear.experts());
    }
    shape.addAll(List.of(linear.out(), linear.in()));
    matrices.put(linear.weight(), shape);
    Optional<String> bias = linear.bias();
    bias.ifPresent(name -> vectors.put(name, List.of(linear.out())));
  }

  private void norm(Norm norm) {
    vectors.put(norm.gain(), List.of(norm.size()));
  }
}
