package io.gatun.model.hf;

import io.gatun.tensors.Encoder;
import io.gatun.tensors.Encoders;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.ExactEncoders;
import io.gatun.tensors.ExactEncoders.ExactEncoder;
import io.gatun.tensors.FileReplacement;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.LevelEncoding;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.OpaqueEncoding;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.StackedEncoding;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A tensor of a folder on its way into a GGUF file: the encoding that it gets there, and its bytes, of which only a few rows
 * are in memory at a time.
 *
 * <p>Floats stay what they are, but those that are no matrices become F32, as programs expect. Quantized matrices become the
 * smallest encoding of ggml that holds the same numbers, or F16, to which they are rounded. Blocks of NVFP4 hold codes and
 * the scales of groups; what all scales of a matrix have in common is then a tensor of its own. Source: llama.cpp's
 * convert_hf_to_gguf.py and llama-model.cpp.
 *
 * @param encoding in the GGUF file
 * @param order of the rows
 * @param scale what the numbers are to be multiplied with, F32 {@code [1]} or one for each expert
 */
record GgufTensor(TensorData tensor, Encoding encoding, RowOrder order, Optional<TensorData> scale) {
  /** Values in memory at a time, if a row has no more. */
  private static final int CHUNK = 1 << 18;

  private static final String WEIGHT = "weight";

  /**
   * Decides on the encoding; for a quantized matrix that reads all of it.
   *
   * @param blocks what a quantized matrix may become but for F16
   */
  static GgufTensor of(TensorData tensor, RowOrder order, Set<Encoding> blocks) {
    Optional<PlainEncoding> plain = plain(tensor);
    if (plain.isPresent()) {
      return new GgufTensor(tensor, floats(tensor, plain.get()), order, Optional.empty());
    }
    return exact(tensor, blocks)
        .map(encoding -> new GgufTensor(tensor, encoding, order, Optional.empty()))
        .or(() -> blocks.contains(Encodings.NVFP4) ? nvfp4(tensor, order) : Optional.empty())
        .orElseGet(() -> new GgufTensor(tensor, Encodings.F16, order, Optional.empty()));
  }

  private static Encoding floats(TensorData tensor, PlainEncoding plain) {
    boolean isMatrix = tensor.shape().size() > 1 && tensor.name().endsWith("." + WEIGHT);
    if (!isMatrix || plain.equals(Encodings.F64)) {
      return Encodings.F32;
    }
    return Encoders.of(plain).isPresent() ? plain : Encodings.F16;
  }

  /** Blocks without what all scales of a matrix have in common, and that beside them. */
  private static Optional<GgufTensor> nvfp4(TensorData tensor, RowOrder order) {
    if (!tensor.name().endsWith("." + WEIGHT)) {
      return Optional.empty();
    }
    boolean isStacked = tensor.encoding() instanceof StackedEncoding;
    List<TensorData> parts = tensor.encoding() instanceof StackedEncoding stacked ? stacked.parts() : List.of(tensor);
    var bare = new ArrayList<TensorData>();
    var scales = new float[tensor.shape().size() > 2 ? Math.toIntExact(tensor.shape().getFirst()) : 1];
    for (int i = 0; i < scales.length; i++) {
      TensorData part = parts.get(isStacked ? i : 0);
      if (!(part.encoding() instanceof LevelEncoding levels) || !isScale(levels.globalScale())) {
        return Optional.empty();
      }
      scales[i] = levels.globalScale();
      bare.add(new TensorData(part.name(), part.shape(), levels.withoutGlobalScale(), part.planes()));
    }
    TensorData unscaled = isStacked ? StackedEncoding.stack(tensor.name(), bare) : bare.getFirst();
    String name = tensor.name().substring(0, tensor.name().length() - WEIGHT.length()) + "scale";
    return exact(unscaled, Set.of(Encodings.NVFP4))
        .map(encoding -> new GgufTensor(unscaled, encoding, order, Optional.of(Floats.vector(name, scales))));
  }

  private static boolean isScale(float scale) {
    return Float.isFinite(scale) && scale != 0;
  }

  /** The type of floats that are stored as such, together or in parts. */
  private static Optional<PlainEncoding> plain(TensorData tensor) {
    return switch (tensor.encoding()) {
      case PlainEncoding plain -> Optional.of(plain);
      case StackedEncoding stacked -> {
        List<Optional<PlainEncoding>> types = stacked.parts().stream().map(GgufTensor::plain).distinct().toList();
        yield types.size() == 1 ? types.getFirst() : Optional.empty();
      }
      case OpaqueEncoding opaque -> throw new UnsupportedModelException(
          "tensor %s: encoding %s cannot be converted".formatted(tensor.name(), opaque.id()));
      default -> Optional.empty();
    };
  }

  private static Optional<Encoding> exact(TensorData tensor, Set<Encoding> allowed) {
    var candidates = new ArrayList<Encoding>();
    for (Encoding encoding : ExactEncoders.all().keySet()) {
      if (allowed.contains(encoding) && tensor.cols() % encoding.blockLength() == 0) {
        candidates.add(encoding);
      }
    }
    var chunk = new Chunk(tensor, 1);
    var blocks = MemorySegment.ofArray(new byte[chunk.values.length * Float.BYTES]);
    for (long row = 0; row < tensor.rows() && !candidates.isEmpty(); row += chunk.rows) {
      int count = chunk.decode(row) * chunk.cols;
      candidates.removeIf(encoding -> !exactEncoder(encoding).encode(chunk.values, 0, blocks, 0, count));
    }
    return candidates.stream().findFirst();
  }

  private static ExactEncoder exactEncoder(Encoding encoding) {
    ExactEncoder encoder = ExactEncoders.all().get(encoding);
    if (encoder == null) {
      throw new IllegalArgumentException("no exact encoder for " + encoding.id());
    }
    return encoder;
  }

  /** Some rows of a tensor as floats. */
  private static final class Chunk {
    private final TensorData tensor;
    private final int cols;
    private final int rows;
    private final float[] values;

    /** @param together rows of which all or none are in a chunk */
    Chunk(TensorData tensor, int together) {
      this.tensor = tensor;
      this.cols = Math.toIntExact(tensor.cols());
      int step = together > 1 ? together : tensor.encoding() instanceof MatrixEncoding matrix ? matrix.rowStep() : 1;
      int most = (int) Math.min(tensor.rows(), Math.max(1, CHUNK / cols));
      this.rows = Math.ceilDiv(most, step) * step;
      this.values = new float[Math.multiplyExact(rows, cols)];
    }

    /** Fills it from a row on; returns how many rows there are. */
    int decode(long row) {
      int count = (int) Math.min(rows, tensor.rows() - row);
      tensor.decode(row, count, values);
      return count;
    }
  }

  /** Writes the bytes as the GGUF file has them. */
  void writeTo(WritableByteChannel out) throws IOException {
    if (encoding.equals(tensor.encoding()) && order.together() == 1) {
      FileReplacement.copy(tensor.bytes(), out);
      return;
    }
    Encoder encoder = encoder();
    var chunk = new Chunk(tensor, order.together());
    long rowBytes = encoding.bytes(chunk.cols);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(chunk.rows * rowBytes);
      for (long row = 0; row < tensor.rows(); row += chunk.rows) {
        int count = chunk.decode(row);
        for (int i = 0; i < count; i++) {
          encoder.encode(chunk.values, order.stored(i) * chunk.cols, bytes, i * rowBytes, chunk.cols);
        }
        FileReplacement.writeAll(out, bytes.asSlice(0, count * rowBytes).asByteBuffer());
      }
    }
  }

  private Encoder encoder() {
    if (encoding.equals(Encodings.F16)) {
      return this::encodeHalf;
    }
    return Encoders.of(encoding)
        .filter(_ -> encoding instanceof PlainEncoding)
        .orElse(
            (source, start, target, offset, count) -> {
              if (!exactEncoder(encoding).encode(source, start, target, offset, count)) {
                throw new IllegalStateException(tensor.name() + ": was " + encoding.id() + " and is no more");
              }
            });
  }

  private void encodeHalf(float[] source, int start, MemorySegment target, long offset, int count) {
    for (int i = start; i < start + count; i++) {
      if (Float.isInfinite(Float.float16ToFloat(Float.floatToFloat16(source[i]))) || Float.isNaN(source[i])) {
        throw new FormatException(
            "tensor %s holds %s, expected numbers that F16 has".formatted(tensor.name(), source[i]));
      }
    }
    Encoders.of(encoding).orElseThrow().encode(source, start, target, offset, count);
  }
}
