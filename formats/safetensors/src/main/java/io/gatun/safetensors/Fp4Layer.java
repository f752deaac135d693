package io.gatun.safetensors;

import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.LevelEncoding;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * E2M1 codes, two in a byte, with scales for each 16 columns (NVFP4, E4M3) or 32 (MXFP4, powers of two):
 *
 * <pre>
 *   NVFP4, compressed-tensors  weight_packed u8, weight_scale, weight_global_scale that divides
 *   NVFP4, ModelOpt            weight u8, weight_scale, weight_scale_2 that multiplies
 *   MXFP4, compressed-tensors  weight_packed u8, weight_scale u8
 *   MXFP4, DeepSeek's experts  weight i8, scale f8_e8m0
 *   MXFP4, gpt-oss             X_blocks u8 [n_expert, out, in/32, 16], X_scales u8 [n_expert, out, in/32] </pre>
 */
final class Fp4Layer {
  private static final int NV_LENGTH = 16;
  private static final int MX_LENGTH = 32;

  private Fp4Layer() {}

  /** @param suffix of the codes: {@code weight_packed} or {@code weight} */
  static TensorData readNv(LayerTensors layer, String suffix) {
    TensorData codes = layer.require(suffix);
    TensorData scales = layer.requireType(layer.require("weight_scale"), Encodings.F8_E4M3);
    Optional<TensorData> divisor = layer.take("weight_global_scale");
    Optional<TensorData> multiplier = layer.take("weight_scale_2");
    var grid = grid(Encodings.F8_E4M3, scales);
    ScaleGrid scaled =
        divisor
            .map(tensor -> grid.over(layer.number(tensor)))
            .or(() -> multiplier.map(tensor -> grid.times(layer.number(tensor))))
            .orElse(grid);
    return matrix(layer, codes, scales, NV_LENGTH, scaled, nvActivations(layer));
  }

  private static Optional<ActivationScheme> nvActivations(LayerTensors layer) {
    Optional<Float> multiplies = layer.take("input_global_scale").map(layer::number);
    Optional<Float> divides = layer.take("input_scale").map(layer::number);
    return multiplies.or(() -> divides.map(scale -> 1 / scale)).map(ActivationScheme.Float4PerBlock::new);
  }

  /** @param suffix of the codes; {@code scaleSuffix} of the exponents */
  static TensorData readMx(LayerTensors layer, String suffix, String scaleSuffix) {
    TensorData codes = layer.require(suffix);
    TensorData scales = layer.requireType(layer.require(scaleSuffix), Encodings.U8, Encodings.F8_E8M0);
    return matrix(layer, codes, scales, MX_LENGTH, grid(Encodings.F8_E8M0, scales), Optional.empty());
  }

  private static ScaleGrid grid(PlainEncoding type, TensorData scales) {
    return ScaleGrid.of(type, scales.rows(), scales.cols(), 1);
  }

  private static TensorData matrix(
      LayerTensors layer,
      TensorData codes,
      TensorData scales,
      int length,
      ScaleGrid grid,
      Optional<ActivationScheme> activations) {
    layer.requireType(codes, Encodings.U8, Encodings.I8);
    if (codes.shape().size() < 2) {
      throw layer.wrong(codes, "[out, in/2] or [n_expert, out, in/2]");
    }
    long cols = codes.cols() * 2;
    var expected = new ArrayList<>(codes.shape());
    expected.set(expected.size() - 1, cols / length);
    if (cols % length != 0 || !scales.shape().equals(expected)) {
      throw layer.wrong(
          scales,
          "%s for codes %s; scales that were rearranged for one kind of GPU are not supported".formatted(expected, codes.shape()));
    }
    var shape = new ArrayList<>(codes.shape());
    shape.set(shape.size() - 1, cols);
    return level(layer, "weight", shape, length, grid, activations, codes, scales);
  }

  private static TensorData level(
      LayerTensors layer,
      String name,
      List<Long> shape,
      int length,
      ScaleGrid grid,
      Optional<ActivationScheme> activations,
      TensorData codes,
      TensorData scales) {
    int cols = layer.columns(codes, shape.getLast());
    String id = (length == NV_LENGTH ? "nvfp4" : "mxfp4") + "-planes";
    var encoding = new LevelEncoding(id, rows(shape), cols, length, grid, activations);
    return layer.matrix(name, shape, encoding, codes.bytes(), scales.bytes());
  }

  private static long rows(List<Long> shape) {
    return shape.subList(0, shape.size() - 1).stream().reduce(1L, Math::multiplyExact);
  }

  /**
   * Fused experts of gpt-oss; the matrix has the name without an ending.
   *
   * @param blocks the ending of the codes: {@code _blocks} or {@code .blocks}
   */
  static TensorData readFused(LayerTensors layer, String blocks) {
    TensorData codes = layer.requireType(layer.require(blocks), Encodings.U8);
    TensorData scales = layer.requireType(layer.require(blocks.replace("blocks", "scales")), Encodings.U8);
    int dims = codes.shape().size();
    if (dims < 3 || codes.cols() != MX_LENGTH / 2 || !scales.shape().equals(codes.shape().subList(0, dims - 1))) {
      throw layer.wrong(codes, "[n_expert, out, in/32, 16] for scales " + scales.shape());
    }
    var shape = new ArrayList<>(scales.shape());
    shape.set(shape.size() - 1, scales.cols() * MX_LENGTH);
    return level(layer, "", shape, MX_LENGTH, grid(Encodings.F8_E8M0, scales), Optional.empty(), codes, scales);
  }
}
