package io.gatun.safetensors;

import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.CodeLayout;
import io.gatun.tensors.ColumnGroups;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.PackedCodes.Axis;
import io.gatun.tensors.PackedCodes.Order;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.SignedBytes;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.ZeroPoints;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * Integers of compressed-tensors: packed, {@code weight_packed} i32 {@code [out, words]} with the logical shape in
 * {@code weight_shape}, or plain, {@code weight} i8 {@code [out, in]}. Scales are {@code [out, groups]}, {@code [out, 1]} or
 * {@code [1]}; packed zero points run along the outputs, {@code [words, groups]}.
 */
final class CompressedLayer {
  private final LayerTensors layer;
  private final TensorData scales;

  private CompressedLayer(LayerTensors layer) {
    this.layer = layer;
    this.scales = layer.require("weight_scale");
  }

  // ---- packed

  static TensorData readPacked(LayerTensors layer) {
    return new CompressedLayer(layer).packed();
  }

  private TensorData packed() {
    TensorData weight = layer.requireDims(layer.require("weight_packed"), 2);
    long rows = weight.shape().getFirst();
    Optional<TensorData> stated = layer.take("weight_shape");
    Storage storage = storage(weight, stated.map(this::columns).orElse(0));
    long capacity = weight.cols() * Integer.SIZE / storage.bits;
    int cols = layer.columns(weight, stated.<Long>map(shape -> (long) columns(shape)).orElse(capacity));
    stated.ifPresent(
        shape -> {
          if (layer.integers(shape)[0] != rows) {
            throw layer.wrong(shape, rows + " rows as weight_packed has");
          }
        });
    long count = groupCount(rows);
    var table = layer.take("weight_g_idx").filter(tensor -> tensor.values() > 0);
    ColumnGroups groups = layer.groups(scales, table, cols, count);
    CodeLayout codes = new PackedCodes(storage.bits, storage.order, Axis.COLUMNS, weight.cols(), 1);
    Optional<TensorData> zeros = layer.take("weight_zero_point").filter(tensor -> tensor.values() > 0);
    ZeroPoints points =
        zeros
            .<ZeroPoints>map(tensor -> packedZeros(tensor, storage, rows, count))
            .orElse(middle(storage.bits));
    var encoding =
        new AffineEncoding("ct-int" + storage.bits, rows, codes, grid(rows), points, groups, activations(true));
    return matrix(weight, List.of(rows, (long) cols), encoding, zeros);
  }

  private int columns(TensorData shape) {
    layer.requireShape(shape, 2);
    return layer.columns(shape, layer.integers(shape)[1]);
  }

  /** How codes are packed: bits, and whether they straddle words. Writers before 2025 left the rest of a word empty. */
  private record Storage(int bits, Order order) {}

  private Storage storage(TensorData weight, int cols) {
    layer.requireType(weight, Encodings.I32);
    int configured = layer.config().weights(layer.name()).path("num_bits").asInt(0);
    if (cols == 0) {
      return new Storage(configured > 0 ? configured : 4, Order.DENSE);
    }
    List<Integer> widths =
        IntStream.concat(IntStream.of(configured), IntStream.of(4, 8, 2, 3, 5, 6, 7)).boxed().toList();
    for (int bits : widths) {
      for (Order order : List.of(Order.DENSE, Order.WHOLE)) {
        if (bits > 0 && bits <= 8 && PackedCodes.words(bits, order, cols) == weight.cols()) {
          return new Storage(bits, order);
        }
      }
    }
    throw layer.wrong(weight, "words of 2 to 8 bits for %d columns".formatted(cols));
  }

  /** Zero points are packed as the codes are; few rows take as many words either way. */
  private ZeroPoints packedZeros(TensorData tensor, Storage codes, long rows, long count) {
    layer.requireType(tensor, Encodings.I32);
    Order other = codes.order == Order.DENSE ? Order.WHOLE : Order.DENSE;
    for (Order order : List.of(codes.order, other)) {
      if (tensor.shape().equals(List.of(PackedCodes.words(codes.bits, order, rows), count))) {
        return new ZeroPoints.Stored(new PackedCodes(codes.bits, order, Axis.ROWS, 1, count));
      }
    }
    throw layer.wrong(tensor, "[%d, %d]".formatted(PackedCodes.words(codes.bits, codes.order, rows), count));
  }

  private static ZeroPoints middle(int bits) {
    return new ZeroPoints.Fixed(1 << (bits - 1));
  }

  // ---- plain

  static TensorData readBytes(LayerTensors layer) {
    return new CompressedLayer(layer).bytes();
  }

  private TensorData bytes() {
    TensorData weight = layer.requireDims(layer.requireType(layer.require("weight"), Encodings.I8), 2);
    long rows = weight.shape().getFirst();
    int cols = layer.columns(weight, weight.cols());
    long count = groupCount(rows);
    Optional<TensorData> zeros = layer.take("weight_zero_point").filter(tensor -> tensor.values() > 0);
    ZeroPoints points =
        zeros
            .<ZeroPoints>map(
                tensor -> {
                  if (tensor.values() != rows * count) {
                    throw layer.wrong(tensor, "a zero point for each scale");
                  }
                  return new ZeroPoints.Stored(new SignedBytes(count));
                })
            .orElse(middle(Byte.SIZE));
    zeros.ifPresent(tensor -> layer.requireType(tensor, Encodings.I8));
    var groups = layer.groups(scales, cols, count);
    var encoding =
        new AffineEncoding("w8", rows, new SignedBytes(cols), grid(rows), points, groups, activations(false));
    return matrix(weight, weight.shape(), encoding, zeros);
  }

  // ---- both

  private TensorData matrix(TensorData weight, List<Long> shape, AffineEncoding encoding, Optional<TensorData> zeros) {
    return zeros
        .map(stored -> layer.matrix("weight", shape, encoding, weight.bytes(), scales.bytes(), stored.bytes()))
        .orElseGet(() -> layer.matrix("weight", shape, encoding, weight.bytes(), scales.bytes()));
  }

  private long groupCount(long rows) {
    if (scales.values() == 1) {
      return 1;
    }
    if (scales.values() == 0 || scales.values() % rows != 0 || scales.shape().getFirst() != rows) {
      throw layer.wrong(scales, "[%d, groups], [%d, 1] or [1]".formatted(rows, rows));
    }
    return scales.values() / rows;
  }

  private ScaleGrid grid(long rows) {
    var type = layer.floatType(scales);
    return scales.values() == 1 ? ScaleGrid.single(type) : ScaleGrid.of(type, rows, scales.values() / rows, 1);
  }

  /** @param weightOnly whether activations stay as they are where the configuration says nothing */
  private Optional<ActivationScheme> activations(boolean weightOnly) {
    Optional<TensorData> scale = layer.take("input_scale");
    Optional<TensorData> zero = layer.take("input_zero_point");
    Optional<JsonNode> configured = layer.config().activations(layer.name());
    boolean untouched = configured.map(node -> node.path("num_bits").asInt(16) > 8).orElse(weightOnly);
    if (scale.isPresent() && scale.get().values() == 1) {
      return Optional.of(
          new ActivationScheme.Int8Static(layer.number(scale.get()), zero.map(layer::number).orElse(0f).intValue()));
    }
    return untouched ? Optional.empty() : Optional.of(new ActivationScheme.Int8PerToken());
  }
}
