package io.gatun.safetensors;

import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.ScaledFloatEncoding;
import io.gatun.tensors.ScaledFloatEncoding.Layout;
import io.gatun.tensors.TensorData;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * FP8: {@code weight} of 8-bit floats {@code [out, in]} or {@code [n_expert, out, in]} and a scale for all of it, for each
 * row, or for each block. It is multiplied under all of its names, {@code weight_scale_inv} too, and its shape alone says
 * what it belongs to. Bytes are powers of two: MXFP8 for each 32 columns, else of blocks.
 */
final class FloatLayer {
  private static final Set<PlainEncoding> TYPES =
      Set.of(Encodings.F8_E4M3, Encodings.F8_E5M2, Encodings.F8_E4M3FNUZ, Encodings.F8_E5M2FNUZ);
  private static final int MX_LENGTH = 32;

  private final LayerTensors layer;
  private final String suffix;
  private final TensorData weight;
  private final TensorData scales;
  private final long experts;
  private final long rows;
  private final int cols;

  private FloatLayer(LayerTensors layer, String suffix, String scaleSuffix) {
    this.layer = layer;
    this.suffix = suffix;
    weight = layer.require(suffix);
    scales = layer.require(scaleSuffix);
    int dims = weight.shape().size();
    if (dims < 2 || dims > 3 || weight.values() == 0) {
      throw layer.wrong(weight, "[out, in] or [n_expert, out, in]");
    }
    experts = dims == 3 ? weight.shape().getFirst() : 1;
    rows = weight.shape().get(dims - 2);
    cols = layer.columns(weight, weight.cols());
  }

  /** Whether a tensor is of 8-bit floats. */
  static boolean isType(Encoding encoding) {
    return TYPES.contains(encoding);
  }

  /** The name of the scales that belong to a tensor of 8-bit floats; empty if there are none. */
  static Optional<String> scaleOf(LayerTensors layer, String suffix) {
    return List.of(suffix + "_scale", suffix + "_scale_inv", suffix.equals("weight") ? "scale" : suffix + ".scale").stream()
        .filter(layer::has)
        .findFirst();
  }

  /** @param suffix {@code weight}, or the name of fused experts */
  static TensorData read(LayerTensors layer, String suffix, String scaleSuffix) {
    return new FloatLayer(layer, suffix, scaleSuffix).matrix();
  }

  private TensorData matrix() {
    var type = (PlainEncoding) layer.requireType(weight, TYPES.toArray(Encoding[]::new)).encoding();
    List<Long> shape = scales.shape();
    long count = scales.values();
    boolean bytes = scales.encoding().equals(Encodings.U8) || scales.encoding().equals(Encodings.F8_E8M0);
    PlainEncoding scaleType = bytes ? Encodings.F8_E8M0 : layer.floatType(scales);
    if (count == 1) {
      return matrix(type, cols, ScaleGrid.single(scaleType), scales.bytes(), activations(0));
    }
    if (experts > 1 && shape.equals(List.of(experts, 1L, (long) cols))) {
      return transposed(type, scaleType);
    }
    if (experts > 1 && (count == experts || count == experts * rows)) {
      var grid = ScaleGrid.of(scaleType, experts * rows, 1, 0).withRowBlock(count == experts ? rows : 1);
      return matrix(type, cols, grid, scales.bytes(), activations(0));
    }
    if (experts == 1 && count == rows && shape.getFirst() == rows) {
      return matrix(type, cols, ScaleGrid.of(scaleType, rows, 1, 0), scales.bytes(), activations(0));
    }
    if (experts == 1 && shape.size() == 1 && count <= 3) {
      return matrix(type, cols, ScaleGrid.of(Encodings.F32, rows, 1, 0), partScales(count), activations(0));
    }
    return blocks(type, scaleType);
  }

  private TensorData matrix(
      PlainEncoding type, int length, ScaleGrid grid, MemorySegment plane, Optional<ActivationScheme> activations) {
    var encoding =
        new ScaledFloatEncoding(type, Layout.ROWS, rows, experts * rows, cols, length, grid, activations);
    return layer.matrix(suffix, weight.shape(), encoding, weight.bytes(), plane);
  }

  /** Experts {@code [n_expert, in, out]}, each with a scale for each output. */
  private TensorData transposed(PlainEncoding type, PlainEncoding scaleType) {
    int in = layer.columns(weight, rows);
    long out = cols;
    var grid = ScaleGrid.of(scaleType, experts * out, 1, 0);
    var encoding = new ScaledFloatEncoding(type, Layout.COLUMNS, out, experts * out, in, in, grid, activations(0));
    return layer.matrix(suffix, List.of(experts, out, (long) in), encoding, weight.bytes(), scales.bytes());
  }

  /** Matrices that were joined along the outputs keep a scale each: here they become a scale for each row. */
  private MemorySegment partScales(long count) {
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(rows * Float.BYTES)]);
    float[] each = layer.floats(scales);
    long row = 0;
    List<Long> parts = parts((int) count);
    for (int part = 0; part < parts.size(); part++) {
      for (long end = row + parts.get(part); row < end; row++) {
        bytes.set(Layouts.FLOAT, row * Float.BYTES, each[part]);
      }
    }
    return bytes;
  }

  private List<Long> parts(int count) {
    long[] heads = layer.config().heads().orElse(new long[] {1, 1});
    long units = heads[0] + 2 * heads[1];
    if (count == 3 && rows % units == 0) {
      long unit = rows / units;
      return List.of(heads[0] * unit, heads[1] * unit, heads[1] * unit);
    }
    if (rows % count != 0) {
      throw layer.wrong(scales, "a scale for each of the parts of %d rows".formatted(rows));
    }
    var equal = new ArrayList<Long>();
    for (int i = 0; i < count; i++) {
      equal.add(rows / count);
    }
    return equal;
  }

  /** A grid, cut off at the ends of rows and columns, and perhaps larger than needed. */
  private TensorData blocks(PlainEncoding type, PlainEncoding scaleType) {
    int dims = scales.shape().size();
    boolean micro = scales.shape().getLast() == Math.ceilDiv(cols, MX_LENGTH) && dims >= 2
        && scales.shape().get(dims - 2) == rows;
    List<Integer> block = micro ? List.of(1, MX_LENGTH) : layer.config().blockShape();
    long down = Math.ceilDiv(rows, (long) block.get(0));
    long across = Math.ceilDiv(cols, block.get(1));
    boolean fits =
        dims == weight.shape().size()
            && scales.shape().get(dims - 2) >= down
            && scales.cols() >= across
            && (experts == 1 || scales.shape().getFirst() == experts);
    if (!fits) {
      throw layer.wrong(
          scales,
          "one scale, one for each of %d rows, or [%d, %d] for blocks of %d × %d"
              .formatted(rows, down, across, block.get(0), block.get(1)));
    }
    long stored = scales.shape().get(dims - 2) * scales.cols();
    var grid =
        ScaleGrid.of(scaleType, rows, scales.cols(), 1).withRowBlock(block.get(0)).withExperts(rows, experts == 1 ? 0 : stored);
    return matrix(type, block.get(1), grid, scales.bytes(), activations(block.get(1)));
  }

  /** @param block columns of a block of scales; 0 if they are not of blocks */
  private Optional<ActivationScheme> activations(int block) {
    Optional<TensorData> scale = layer.takeAny("input_scale", "activation_scale");
    var config = layer.config();
    if (scale.isPresent() && scale.get().values() == 1) {
      return Optional.of(new ActivationScheme.Float8Static(layer.number(scale.get())));
    }
    Optional<JsonNode> group = config.activations(layer.name());
    boolean quantizes =
        group.map(node -> node.path("num_bits").asInt(16) <= 8)
            .orElse(config.text("activation_scheme").equals("dynamic") || config.method().equals("fbgemm_fp8"));
    if (!quantizes) {
      return Optional.empty();
    }
    return Optional.of(
        block > 0
            ? new ActivationScheme.Float8PerBlock(block, config.text("scale_fmt").equals("ue8m0") || block == MX_LENGTH)
            : new ActivationScheme.Float8PerToken(config.number("activation_scale_ub", Float.POSITIVE_INFINITY)));
  }
}
