package io.gatun.cli.synth;

import io.gatun.gguf.GgufWriter;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Metadata.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a model file of a real model's shape with random weights: for measuring speed, and for tests of size. It is
 * whole, finite, and loads in other programs. Used by one thread.
 */
final class SyntheticModel implements ShapeTensors.Visitor {
  static final double LOW_FREQUENCY_FACTOR = 1;
  static final double HIGH_FREQUENCY_FACTOR = 4;
  static final int ORIGINAL_CONTEXT = 8192;

  private final Shape shape;
  private final FileType type;
  private final long seed;
  private final GgufWriter writer = new GgufWriter();
  private final List<Encoding> encodings = new ArrayList<>();
  private long bytes;

  private SyntheticModel(Shape shape, FileType type, long seed) {
    this.shape = shape;
    this.type = type;
    this.seed = seed;
  }

  /**
   * Writes a file; the same arguments give the same bytes.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  static SyntheticType.Written write(Shape shape, FileType type, long seed, Path file) {
    var model = new SyntheticModel(shape, type, seed);
    model.metadata();
    GgufVocabulary.put(shape.words(), model.writer);
    ShapeTensors.visit(shape, model);
    try {
      model.writer.write(file);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot write: %s".formatted(file, e.getMessage()), e);
    }
    return new SyntheticType.Written(model.encodings.size(), model.bytes);
  }

  /** The encodings of all tensors, without writing any. */
  static List<Encoding> plan(Shape shape, FileType type) {
    var model = new SyntheticModel(shape, type, 0);
    ShapeTensors.visit(shape, model);
    return model.encodings;
  }

  private void metadata() {
    var block = shape.block();
    writer.put("general.architecture", new Value("str", shape.family().id));
    writer.put("general.name", new Value("str", "random weights in the shape of " + shape.name()));
    writer.put("general.file_type", new Value("u32", (long) type.number()));
    writer.put("general.quantization_version", new Value("u32", 2L));
    number("block_count", shape.layers());
    number("context_length", shape.context());
    number("embedding_length", block.width());
    number("feed_forward_length", block.hidden());
    number("attention.head_count", block.heads());
    number("attention.head_count_kv", block.headsKv());
    real("attention.layer_norm_rms_epsilon", shape.family().eps);
    real("rope.freq_base", shape.rope().base());
    switch (shape.family()) {
      case LLAMA -> {
        number("rope.dimension_count", block.headDim());
        number("vocab_size", shape.words().size());
      }
      case QWEN2 -> {}
      case QWEN3, QWEN3_MOE -> {
        number("attention.key_length", block.headDim());
        number("attention.value_length", block.headDim());
      }
    }
    if (shape.experts().count() > 0) {
      number("expert_count", shape.experts().count());
      number("expert_used_count", shape.experts().used());
    }
    if (shape.family() == Shape.Family.QWEN3_MOE) {
      number("expert_feed_forward_length", shape.experts().hidden());
    }
  }

  private void number(String key, long value) {
    writer.put(shape.family().id + "." + key, new Value("u32", value));
  }

  private void real(String key, double value) {
    writer.put(shape.family().id + "." + key, new Value("f32", value));
  }

  @Override
  public void matrix(String name, Role role, int layer, long... lengths) {
    List<Long> dims = Arrays.stream(lengths).boxed().toList();
    Encoding encoding = type.encoding(role, shape, layer, dims.getLast());
    long values = dims.stream().reduce(1L, Math::multiplyExact);
    add(name + ".weight", dims, encoding, new RandomWeights(encoding, values, seed * 0x9E3779B97F4A7C15L + encodings.size()));
  }

  @Override
  public void vector(String name, Role role, long length) {
    var values = ByteBuffer.allocate((int) length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length; i++) {
      values.putFloat(
          switch (role) {
            case GAIN -> 1;
            case BIAS -> 0;
            case ROPE_DIVISORS -> ropeDivisor(shape.rope(), shape.block().headDim(), ORIGINAL_CONTEXT, i);
            case EMBEDDING, HEAD, QUERY, KEY, VALUE, ATTENTION_OUTPUT, GATE, UP, DOWN, ROUTER ->
                throw new IllegalArgumentException(name + " is a matrix");
          });
    }
    add(name, List.of(length), Encodings.F32, out -> out.write(values.flip()));
  }

  private void add(String name, List<Long> dims, Encoding encoding, GgufWriter.Source source) {
    writer.add(name, dims, encoding, source);
    encodings.add(encoding);
    bytes += encoding.bytes(dims.stream().reduce(1L, Math::multiplyExact));
  }

  /**
   * What the frequency of a pair of dimensions is divided by: 1 for high frequencies, the factor for low ones, smooth
   * between. Source: Llama 3.1's rope_scaling of type llama3.
   */
  static float ropeDivisor(Shape.Rope rope, int headDim, int originalContext, int pair) {
    double frequency = Math.pow(rope.base(), -2.0 * pair / headDim);
    double turns = originalContext * frequency / (2 * Math.PI);
    double smooth = (turns - LOW_FREQUENCY_FACTOR) / (HIGH_FREQUENCY_FACTOR - LOW_FREQUENCY_FACTOR);
    if (smooth <= 0) {
      return (float) rope.factor();
    }
    return smooth >= 1 ? 1 : (float) (1 / ((1 - smooth) / rope.factor() + smooth));
  }
}
