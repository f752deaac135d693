package io.gatun.safetensors;

import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.ColumnGroups;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.PackedCodes.Axis;
import io.gatun.tensors.PackedCodes.Order;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.ZeroPoints;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * GPTQ: {@code qweight} i32 {@code [in · bits / 32, out]} with streams of codes down the columns, {@code scales} and packed
 * {@code qzeros} {@code [groups, out]}, perhaps {@code g_idx} {@code [in]}. Bits and groups follow from the shapes. Zero
 * points are stored less one in the first version of the format ({@code gptq}), as they are in the second
 * ({@code gptq_v2}) and in planes ({@code gptq_p}). Source: AutoGPTQ, GPTQModel.
 */
final class GptqLayer {
  private static final String PLANAR = "gptq_p";

  private final LayerTensors layer;
  private final TensorData weight;
  private final TensorData scales;
  private final Optional<TensorData> zeros;
  private final Optional<TensorData> table;
  private final long rows;
  private final int bits;
  private final int cols;

  private GptqLayer(LayerTensors layer) {
    this.layer = layer;
    weight = layer.requireDims(layer.requireType(layer.require("qweight"), Encodings.I32), 2);
    scales = layer.requireDims(layer.require("scales"), 2);
    zeros = layer.take("qzeros").filter(tensor -> tensor.values() > 0);
    table = layer.take("g_idx").filter(tensor -> tensor.values() > 0);
    rows = weight.shape().getLast();
    layer.requireShape(scales, groups(), rows);
    zeros.ifPresent(
        tensor -> {
          layer.requireDims(layer.requireType(tensor, Encodings.I32), 2);
          layer.requireShape(tensor, groups(), tensor.cols());
        });
    bits = bits();
    cols = layer.columns(weight, table.map(TensorData::values).orElse(capacity(bits)));
  }

  /** Narrow layers for AWQ's GEMV have shapes that could be either's: then the configuration tells. */
  static boolean matches(LayerTensors layer) {
    if (!layer.has("qweight") || !layer.has("scales")) {
      return false;
    }
    TensorData weight = layer.find("qweight").orElseThrow();
    TensorData scales = layer.find("scales").orElseThrow();
    boolean ambiguous = weight.rows() == scales.rows();
    return weight.encoding().equals(Encodings.I32)
        && weight.cols() == scales.cols()
        && !(ambiguous && layer.config().method().equals("awq"));
  }

  static TensorData read(LayerTensors layer) {
    return new GptqLayer(layer).matrix();
  }

  private long groups() {
    return scales.shape().getFirst();
  }

  /** Codes of a column, for which there is room. */
  private long capacity(int width) {
    return weight.shape().getFirst() * Integer.SIZE / width;
  }

  /** The width that is configured if the shapes agree with it, else the one with which they agree. */
  private int bits() {
    int configured = layer.config().integer("bits", 4);
    List<Integer> widths =
        IntStream.concat(IntStream.of(configured), IntStream.of(4, 8, 3, 2, 5, 6, 7)).boxed().toList();
    return widths.stream()
        .filter(width -> width >= 2 && width <= 8)
        .filter(this::agrees)
        .findFirst()
        .orElseThrow(() -> layer.wrong(weight, "rows that go with qzeros and g_idx at 2 to 8 bits"));
  }

  private boolean agrees(int width) {
    long padded = Math.ceilDiv(rows, Integer.SIZE) * Integer.SIZE;
    long words = zeros.map(TensorData::cols).orElse(PackedCodes.words(width, Order.DENSE, rows));
    return (words == PackedCodes.words(width, Order.DENSE, rows) || words == PackedCodes.words(width, Order.DENSE, padded))
        && weight.shape().getFirst() * Integer.SIZE % width == 0
        && table.map(TensorData::values).filter(k -> k > capacity(width) || k + Integer.SIZE <= capacity(width)).isEmpty();
  }

  private TensorData matrix() {
    boolean planar = layer.config().text("checkpoint_format").equals(PLANAR) || (bits > 4 && bits < 8);
    if (planar && (rows % Integer.SIZE != 0 || weight.shape().getFirst() % bits != 0)) {
      throw layer.wrong(weight, "whole planes of 32 codes of %d bits".formatted(bits));
    }
    Order order = planar ? Order.PLANES : Order.DENSE;
    var codes = new PackedCodes(bits, order, Axis.COLUMNS, 1, rows);
    ColumnGroups groups = layer.groups(scales, table, cols, groups());
    var grid = ScaleGrid.of(layer.floatType(scales), rows, 1, rows);
    String id = "gptq-int" + bits;
    List<Long> shape = List.of(rows, (long) cols);
    if (zeros.isEmpty()) {
      var fixed = new ZeroPoints.Fixed(1 << (bits - 1));
      var encoding = new AffineEncoding(id, rows, codes, grid, fixed, groups, Optional.empty());
      return layer.matrix("weight", shape, encoding, weight.bytes(), scales.bytes());
    }
    TensorData packed = zeros.get();
    var asStored = new PackedCodes(bits, order, Axis.ROWS, packed.cols(), 1);
    var layout = isFirstVersion(packed, asStored, planar) ? asStored.storedLessOne() : asStored;
    var encoding = new AffineEncoding(id, rows, codes, grid, new ZeroPoints.Stored(layout), groups, Optional.empty());
    return layer.matrix("weight", shape, encoding, weight.bytes(), scales.bytes(), packed.bytes());
  }

  /**
   * Labels lie, in both directions. The zero points of symmetric codes are all the middle one: what is stored tells.
   *
   * @throws io.gatun.tensors.UnsupportedModelException if the configuration names a layout for one kind of GPU
   */
  private boolean isFirstVersion(TensorData packed, PackedCodes asStored, boolean planar) {
    if (planar) {
      return false;
    }
    int middle = 1 << (bits - 1);
    if (!layer.config().flag("sym").equals(Optional.of(false))) {
      int first = asStored.code(packed.bytes(), 0, 0);
      if ((first == middle || first == middle - 1) && isConstant(packed, asStored, first)) {
        return first != middle;
      }
    }
    String label = layer.config().text("checkpoint_format");
    return switch (label) {
      case "", "gptq" -> true;
      case "gptq_v2" -> false;
      default -> throw layer.unsupported("checkpoint_format " + label + " is for one kind of GPU; " + LinearLayers.INSTEAD);
    };
  }

  /** Where the words of 32 codes are those of all others, these are enough to look at. */
  private boolean isConstant(TensorData packed, PackedCodes asStored, int code) {
    MemorySegment bytes = packed.bytes();
    long period = (long) bits * Integer.BYTES;
    boolean repeats =
        packed.cols() % bits == 0
            && MemorySegment.mismatch(bytes, 0, bytes.byteSize() - period, bytes, period, bytes.byteSize()) < 0;
    long differentGroups = repeats ? 1 : groups();
    long differentRows = repeats ? Math.min(rows, Integer.SIZE) : rows;
    for (long group = 0; group < differentGroups; group++) {
      for (long row = 0; row < differentRows; row++) {
        if (asStored.code(bytes, row, group) != code) {
          return false;
        }
      }
    }
    return true;
  }
}
