package io.gatun.safetensors;

import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.AwqFastCodes;
import io.gatun.tensors.CodeLayout;
import io.gatun.tensors.ColumnGroups;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.PackedCodes.Axis;
import io.gatun.tensors.PackedCodes.Order;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.ZeroPoints;
import java.util.List;
import java.util.Optional;

/**
 * AWQ, 4 bits, in three layouts that only shapes tell apart:
 *
 * <pre>
 *   gemm       qweight i32 [in, out/8]   qzeros i32 [groups, out/8]   scales [groups, out]    eight outputs in a word
 *   gemv       qweight i32 [out, in/8]   qzeros i32 [out, words]      scales [out, 8 · words] eight inputs in a word
 *   gemv_fast  qweight i16 [out/4, in]   qzeros f16 [8 · words, out]  scales like them        W = code · scale + zero </pre>
 *
 * Source: AutoAWQ, llm-awq.
 */
final class AwqLayer {
  private static final int BITS = 4;
  private static final int PACK = 8;
  private static final ZeroPoints MIDDLE = new ZeroPoints.Fixed(8);

  private final LayerTensors layer;
  private final TensorData weight;
  private final TensorData scales;

  private AwqLayer(LayerTensors layer) {
    this.layer = layer;
    weight = layer.requireDims(layer.require("qweight"), 2);
    scales = layer.requireDims(layer.require("scales"), 2);
  }

  static boolean matches(LayerTensors layer) {
    return layer.has("qweight") && layer.has("scales");
  }

  static TensorData read(LayerTensors layer) {
    var awq = new AwqLayer(layer);
    if (awq.weight.encoding().equals(Encodings.I16)) {
      return awq.fast();
    }
    layer.requireType(awq.weight, Encodings.I32);
    if (awq.weight.cols() * PACK == awq.scales.cols()) {
      return awq.gemm();
    }
    if (awq.weight.shape().getFirst().equals(awq.scales.shape().getFirst())) {
      return awq.gemv();
    }
    throw layer.wrong(awq.weight, "a shape of GPTQ or AWQ that goes with scales " + awq.scales.shape());
  }

  private TensorData gemm() {
    int cols = layer.columns(weight, weight.shape().getFirst());
    long rows = scales.cols();
    var groups = layer.groups(scales, cols, scales.shape().getFirst());
    var codes = new PackedCodes(BITS, Order.INTERLEAVED, Axis.ROWS, rows / PACK, 1);
    var grid = ScaleGrid.of(layer.floatType(scales), rows, 1, rows);
    var zeros = zeros(scales.shape().getFirst(), rows / PACK);
    return matrix(rows, cols, codes, grid, groups, zeros, codes);
  }

  private TensorData gemv() {
    int cols = layer.columns(weight, weight.cols() * PACK);
    long rows = weight.shape().getFirst();
    var codes = new PackedCodes(BITS, Order.DENSE, Axis.COLUMNS, weight.cols(), 1);
    var grid = ScaleGrid.of(layer.floatType(scales), rows, scales.cols(), 1);
    var zeros = zeros(rows, scales.cols() / PACK);
    var layout = new PackedCodes(BITS, Order.DENSE, Axis.COLUMNS, scales.cols() / PACK, 1);
    return matrix(rows, cols, codes, grid, paddedGroups(cols, scales.cols()), zeros, layout);
  }

  private Optional<TensorData> zeros(long first, long last) {
    return layer
        .take("qzeros")
        .filter(tensor -> tensor.values() > 0)
        .map(tensor -> layer.requireShape(layer.requireType(tensor, Encodings.I32), first, last));
  }

  /** Without zero points codes are symmetric. */
  private TensorData matrix(
      long rows,
      int cols,
      CodeLayout codes,
      ScaleGrid grid,
      ColumnGroups groups,
      Optional<TensorData> zeros,
      PackedCodes layout) {
    boolean symmetric = layer.config().flag("zero_point").equals(Optional.of(false)) || zeros.isEmpty();
    ZeroPoints points = symmetric ? MIDDLE : new ZeroPoints.Stored(layout);
    var encoding = new AffineEncoding("awq-int4", rows, codes, grid, points, groups, Optional.empty());
    List<Long> shape = List.of(rows, (long) cols);
    return zeros
        .map(stored -> layer.matrix("weight", shape, encoding, weight.bytes(), scales.bytes(), stored.bytes()))
        .orElseGet(() -> layer.matrix("weight", shape, encoding, weight.bytes(), scales.bytes()));
  }

  private TensorData fast() {
    long rows = weight.shape().getFirst() * 4;
    int cols = layer.columns(weight, weight.cols());
    if (cols % 64 != 0) {
      throw layer.wrong(weight, "a multiple of 64 columns");
    }
    layer.requireShape(scales, scales.shape().getFirst(), rows);
    TensorData zeros = layer.takeAny("qzeros", "scaled_zeros").orElseGet(() -> layer.require("qzeros"));
    layer.requireShape(zeros, scales.shape().getFirst(), rows);
    var grid = ScaleGrid.of(layer.floatType(scales), rows, 1, rows);
    var addends = new ZeroPoints.Addends(ScaleGrid.of(layer.floatType(zeros), rows, 1, rows));
    var groups = paddedGroups(cols, scales.shape().getFirst());
    var encoding = new AffineEncoding("awq-int4", rows, new AwqFastCodes(cols), grid, addends, groups, Optional.empty());
    return layer.matrix("weight", List.of(rows, (long) cols), encoding, weight.bytes(), scales.bytes(), zeros.bytes());
  }

  /** Groups whose number was padded: of the length that is configured, or the usual one that has as many. */
  private ColumnGroups paddedGroups(int cols, long padded) {
    int configured = layer.config().groupLength();
    for (int length : new int[] {configured > 0 ? configured : cols, 128, 64, 32, cols}) {
      if (padded(cols, length) == padded) {
        return ColumnGroups.ofLength(cols, length);
      }
    }
    throw layer.wrong(scales, "scales of groups of 32, 64 or 128 of %d columns".formatted(cols));
  }

  /** How many groups are stored: whole words of zero points, and as many of these as the kernels load at once. */
  private static long padded(int cols, int length) {
    int step = length >= 128 ? 1 : length == 64 ? 2 : 4;
    long words = Math.ceilDiv(Math.ceilDiv(cols, length), PACK);
    return Math.ceilDiv(words, step) * step * PACK;
  }
}
