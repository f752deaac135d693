package io.gatun.model;

import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.RowsEncoding;
import io.gatun.tensors.TensorData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The tensors that a spec names, the shapes they must have, and which rows of them are used together. */
final class SpecTensors {

  /**
   * Rows of a tensor.
   *
   * @param first of them; of all experts' where there are several
   * @param shape of the rows
   */
  record Part(String name, long first, List<Long> shape) {

    @Override
    public boolean equals(Object other) {
      return other instanceof Part(String itsName, long itsFirst, List<Long> itsShape)
          && name.equals(itsName)
          && first == itsFirst
          && shape.equals(itsShape);
    }

    /** Written out, like the other one: a record's own are put together from method handles at the first call, for 20 ms. */
    @Override
    public int hashCode() {
      return (31 * name.hashCode() + Long.hashCode(first)) * 31 + shape.hashCode();
    }
  }

  private final Map<String, List<Long>> shapes = new LinkedHashMap<>();
  private final Set<String> vectorNames = new HashSet<>();
  private final Set<Part> matrices = new LinkedHashSet<>();
  private final Set<Part> vectors = new LinkedHashSet<>();

  private SpecTensors() {}

  static SpecTensors of(ModelSpec spec) {
    var tensors = new SpecTensors();
    tensors.linear(spec.embedding().tokens());
    spec.embedding().positions().ifPresent(tensors::linear);
    spec.embedding().types().ifPresent(tensors::linear);
    tensors.norm(spec.embedding().norm());
    spec.embedding()
        .blockInputs()
        .ifPresent(
            inputs -> {
              tensors.linears(inputs.tokens(), inputs.projection());
              tensors.norm(inputs.norm());
            });
    tensors.norm(spec.head().norm());
    spec.head().output().ifPresent(tensors::linear);
    spec.head().projections().forEach(tensors::linear);
    for (BlockSpec block : spec.blocks()) {
      tensors.norm(block.mixerNorm());
      tensors.mixer(block.mixer());
      tensors.norm(block.mixerOutputNorm());
      tensors.norm(block.feedForwardNorm());
      tensors.feedForward(block.feedForward());
      tensors.norm(block.feedForwardOutputNorm());
      tensors.norm(block.outputNorm());
      block
          .ownInput()
          .ifPresent(
              input -> {
                tensors.vector(input.gain(), input.gate().in());
                tensors.linears(input.gate(), input.project());
                tensors.norm(input.norm());
              });
      block
          .bypass()
          .ifPresent(
              bypass -> {
                tensors.linears(bypass.down(), bypass.up());
                tensors.norm(bypass.norm());
              });
      block
          .prediction()
          .ifPresent(
              prediction -> {
                tensors.norm(prediction.norm());
                tensors.linears(prediction.router(), prediction.predict(), prediction.correct());
              });
    }
    spec.streams().ifPresent(streams -> tensors.linears(streams.expand(), streams.merge()));
    return tensors;
  }

  static Part matrix(Linear linear) {
    return linear.experts() > 0
        ? new Part(linear.weight(), 0, List.of(linear.experts(), linear.out(), linear.in()))
        : new Part(linear.weight(), linear.first(), List.of(linear.out(), linear.in()));
  }

  /** The bias of a plain linear map. */
  static Part bias(Linear linear, String name) {
    return new Part(name, linear.first(), List.of(linear.out()));
  }

  /** The biases of experts. */
  static Part biases(Linear linear, String name) {
    return new Part(name, 0, List.of(linear.experts(), linear.out()));
  }

  static Part vector(String name, long size) {
    return new Part(name, 0, List.of(size));
  }

  /** Weight matrices. */
  Set<Part> matrices() {
    return matrices;
  }

  /** Gains and biases. */
  Set<Part> vectors() {
    return vectors;
  }

  /** @throws FormatException if a tensor is missing or has another shape */
  void check(Checkpoint checkpoint) {
    shapes.keySet().forEach(name -> tensor(checkpoint, name));
  }

  /**
   * Rows of a tensor of the checkpoint, where they are.
   *
   * @throws FormatException if it is missing or has another shape
   */
  TensorData part(Checkpoint checkpoint, Part part) {
    TensorData tensor = tensor(checkpoint, part.name());
    long rows = part.shape().size() == 1 ? 1 : part.shape().stream().reduce(1L, Math::multiplyExact) / tensor.cols();
    if (tensor.shape().equals(part.shape())) {
      return tensor;
    }
    if (tensor.encoding() instanceof MatrixEncoding) {
      return RowsEncoding.of(tensor, part.first(), rows);
    }
    long rowBytes = tensor.encoding().bytes(part.shape().getLast());
    long from = part.shape().size() == 1 ? tensor.encoding().bytes(part.first()) : part.first() * rowBytes;
    return new TensorData(
        part.name(), part.shape(), tensor.encoding(), List.of(tensor.bytes().asSlice(from, rows * rowBytes)));
  }

  /** A tensor in the shape that the spec has for it: a file may have dimensions of 1 in front, a vector others, too. */
  private TensorData tensor(Checkpoint checkpoint, String name) {
    List<Long> expected = Objects.requireNonNull(shapes.get(name));
    String origin = checkpoint.metadata().origin();
    TensorData tensor = checkpoint.tensors().get(name);
    if (tensor == null) {
      throw new FormatException(
          "%s: tensor %s is missing, expected shape %s".formatted(origin, checkpoint.storedName(name), expected));
    }
    boolean fits =
        vectorNames.contains(name)
            ? tensor.values() == expected.getFirst()
            : withoutLeadingOnes(tensor.shape()).equals(withoutLeadingOnes(expected));
    if (!fits) {
      throw new FormatException(
          "%s: tensor %s has shape %s, expected %s"
              .formatted(origin, checkpoint.storedName(name), tensor.shape(), expected));
    }
    return new TensorData(name, expected, tensor.encoding(), tensor.planes());
  }

  /** The checkpoint's tensors that this spec does not name. */
  Set<String> leftovers(Checkpoint checkpoint) {
    var left = new HashSet<>(checkpoint.tensors().keySet());
    left.removeAll(shapes.keySet());
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
        linears(attention.query(), attention.output());
        norm(attention.queryNorm());
        switch (attention.keyValues()) {
          case Mixer.KeyValues.Own own -> {
            linears(own.key(), own.value());
            norm(own.keyNorm());
            norm(own.valueNorm());
          }
          case Mixer.KeyValues.Shared _ -> {}
        }
        norm(attention.mixedNorm());
        if (attention.gating() instanceof Mixer.Gating.Own own) {
          linear(own.gate());
        }
      }
      case Mixer.None _ -> {}
      case Mixer.Projection projection -> linear(projection.output());
      case Mixer.Parallel parallel -> {
        mixer(parallel.attention());
        mixer(parallel.stateSpace());
      }
      case Mixer.StateSpace space -> {
        linears(space.gate(), space.source(), space.output());
        vector(Optional.of(space.kernel()), space.taps() * space.source().out());
        vector(space.kernelBias(), space.source().out());
        switch (space.selection()) {
          case Mixer.Selection.Convolved selection -> {
            linear(selection.step());
            vector(Optional.of(selection.stepBias()), space.shape().heads());
          }
          case Mixer.Selection.Projected selection -> {
            linears(selection.low(), selection.step());
            norm(selection.stepNorm());
            norm(selection.writeNorm());
            norm(selection.readNorm());
          }
        }
        vector(Optional.of(space.rate()), (long) space.shape().heads() * space.rates());
        vector(Optional.of(space.skip()), space.shape().heads());
        norm(space.norm());
      }
      case Mixer.DeltaNet net -> {
        linear(net.output());
        switch (net.source()) {
          case Mixer.Source.Apart apart -> linears(apart.input(), apart.gate());
          case Mixer.Source.Together together -> linear(together.all());
          case Mixer.Source.Separate separate -> {
            linears(separate.query(), separate.key(), separate.value());
            lowRank(separate.gate());
          }
        }
        switch (net.control()) {
          case Mixer.Control.Apart apart -> linears(apart.step(), apart.beta());
          case Mixer.Control.Together together -> linear(together.both());
          case Mixer.Control.Low low -> {
            lowRank(low.step());
            linear(low.beta());
          }
        }
        norm(net.norm());
        for (int i = 0; i < net.kernels().size(); i++) {
          vector(Optional.of(net.kernels().get(i)), net.taps() * net.columns(i));
        }
        vector(Optional.of(net.stepBias()), (long) net.shape().valueHeads() * net.steps());
        vector(Optional.of(net.rate()), net.shape().valueHeads());
      }
      case Mixer.CorrectedAttention attention -> {
        linears(attention.receptance(), attention.key(), attention.value(), attention.output());
        Stream.of(Optional.of(attention.decay()), Optional.of(attention.rate()), attention.valueMix(), attention.gate())
            .flatMap(Optional::stream)
            .forEach(this::lowRank);
        long width = attention.output().in();
        vector(Optional.of(attention.lerp()), attention.inputs() * width);
        Stream.of(attention.keyScale(), attention.keyRate(), attention.bonus())
            .forEach(name -> vector(Optional.of(name), width));
        norm(attention.norm());
      }
      case Mixer.ChannelMix mix -> {
        linears(mix.key(), mix.value());
        vector(Optional.of(mix.lerp()), mix.key().in());
      }
      case Mixer.ShortConvolution convolution -> {
        long width = convolution.output().in();
        Linear input = convolution.input();
        linears(input.rows(0, width), input.rows(width, width), input.rows(2 * width, width), convolution.output());
        vector(Optional.of(convolution.kernel()), convolution.taps() * convolution.output().in());
      }
      case Mixer.LatentAttention attention -> {
        attention.queryLatent().ifPresent(latent -> {
          linear(latent.down());
          norm(latent.norm());
        });
        linears(attention.query(), attention.latent(), attention.output());
        norm(attention.latentNorm());
        switch (attention.form()) {
          case Mixer.LatentForm.Expanded expanded -> linear(expanded.keyValue());
          case Mixer.LatentForm.Absorbed absorbed -> linears(absorbed.key(), absorbed.value());
        }
      }
    }
  }

  private void feedForward(FeedForward feedForward) {
    switch (feedForward) {
      case FeedForward.None _ -> {}
      case FeedForward.Gated gated -> {
        linears(gated.gate(), gated.up(), gated.down());
        norm(gated.hiddenNorm());
      }
      case FeedForward.Plain plain -> linears(plain.up(), plain.down());
      case FeedForward.Xielu xielu -> linears(xielu.up(), xielu.down());
      case FeedForward.Sum sum ->
          sum.branches()
              .forEach(
                  branch -> {
                    norm(branch.inputNorm());
                    feedForward(branch.network());
                    norm(branch.outputNorm());
                  });
      case FeedForward.Experts experts -> {
        norm(experts.router().norm());
        linears(experts.router().scores(), experts.down());
        experts.widening().linears().forEach(this::linear);
        experts.latent().ifPresent(latent -> linears(latent.down(), latent.up()));
        experts.shared().ifPresent(shared -> {
          feedForward(shared.network());
          shared.gate().ifPresent(this::linear);
        });
      }
    }
  }

  private void lowRank(Mixer.LowRank map) {
    linears(map.down(), map.up());
  }

  private void linears(Linear... linears) {
    List.of(linears).forEach(this::linear);
  }

  private void linear(Linear linear) {
    var shape = new ArrayList<Long>();
    if (linear.experts() > 0) {
      shape.add(linear.experts());
    }
    shape.addAll(List.of(linear.rows(), linear.in()));
    shapes.put(linear.weight(), shape);
    matrices.add(matrix(linear));
    linear.bias().ifPresent(name -> bias(name, linear));
    vector(linear.scale(), linear.scales());
  }

  private void bias(String name, Linear linear) {
    if (linear.experts() > 0) {
      shapes.put(name, List.of(linear.experts(), linear.out()));
      matrices.add(biases(linear, name));
    } else {
      shapes.put(name, List.of(linear.rows()));
      vectorNames.add(name);
      vectors.add(bias(linear, name));
    }
  }

  private void norm(Norm norm) {
    switch (norm) {
      case Norm.None _ -> {}
      case Norm.Rms rms -> {
        vector(rms.gain(), rms.size());
        vector(rms.bias(), rms.size());
      }
      case Norm.RmsByRun byRun -> vector(Optional.of(byRun.gain()), byRun.runs());
      case Norm.Layer layer -> {
        vector(layer.gain(), layer.size());
        vector(layer.bias(), layer.size());
      }
    }
  }

  private void vector(Optional<String> name, long size) {
    name.ifPresent(
        present -> {
          shapes.put(present, List.of(size));
          vectorNames.add(present);
          vectors.add(vector(present, size));
        });
  }
}
