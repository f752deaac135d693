package io.gatun.safetensors;

import io.gatun.tensors.Encodings;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Shown;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The tensors of a model as an unquantized checkpoint would name them: what several stored tensors say of one matrix
 * becomes one tensor, {@code model.layers.0.self_attn.q_proj.weight}, with their bytes as planes. Each layer is decided by
 * the names, types and shapes of its own tensors, and by the configuration only where these leave a choice. All others
 * stay as they are.
 *
 * @param tensors in file order
 * @param optional names of tensors that a model may leave unread: scales of a quantized cache, and the biases of zeros
 *     that GPTQ's writers add to layers that have none
 */
record LinearLayers(SequencedMap<String, TensorData> tensors, Set<String> optional) {
  /** What to do about a layout for one kind of GPU. */
  static final String INSTEAD = "download the GGUF, GPTQ, AWQ or compressed-tensors version of the model instead";

  private static final Set<String> CACHE_SCALES = Set.of("k_scale", "v_scale", "kv_scale", "q_scale", "prob_scale");

  LinearLayers {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    optional = Collections.unmodifiableSet(new LinkedHashSet<>(optional));
  }

  /**
   * @param origin what messages name
   * @throws FormatException if tensors of a layer contradict each other
   * @throws UnsupportedModelException if a layer is laid out for one kind of GPU
   */
  static LinearLayers of(String origin, SequencedMap<String, TensorData> stored, ModelConfig config) {
    var taken = new LinkedHashSet<String>();
    var matrices = new HashMap<String, TensorData>();
    var zeroBiases = new LinkedHashSet<String>();
    for (String name : stored.keySet()) {
      var anchored = new Anchor(origin, name, stored, taken, config);
      anchored.matrix().ifPresent(matrix -> matrices.put(name, matrix));
      anchored.zeroBias().ifPresent(zeroBiases::add);
    }
    var tensors = new LinkedHashMap<String, TensorData>();
    stored.forEach(
        (name, tensor) -> {
          var matrix = matrices.get(name);
          if (matrix == null && taken.contains(name)) {
            return;
          }
          var shown = matrix == null ? tensor : matrix;
          if (tensors.put(shown.name(), shown) != null) {
            throw new FormatException(
                "%s: tensor %s is there as it is and quantized too".formatted(origin, Shown.of(shown.name())));
          }
        });
    var optional = new LinkedHashSet<>(zeroBiases);
    tensors.keySet().stream()
        .filter(name -> CACHE_SCALES.contains(name.substring(name.lastIndexOf('.') + 1)))
        .forEach(optional::add);
    return new LinearLayers(tensors, optional);
  }

  /** A stored tensor, and what it makes with its neighbours if it holds the codes of a layer. */
  private record Anchor(
      String origin, String name, Map<String, TensorData> stored, Set<String> taken, ModelConfig config) {

    /** The matrix of which this tensor holds the codes; empty if it does not. */
    Optional<TensorData> matrix() {
      try {
        return read();
      } catch (ArithmeticException e) {
        throw new FormatException(
            "%s: tensor %s: its dimensions or those of its neighbours overflow".formatted(origin, Shown.of(name)), e);
      }
    }

    private Optional<TensorData> read() {
      if (taken.contains(name)) {
        return Optional.empty();
      }
      String suffix = name.substring(name.lastIndexOf('.') + 1);
      return switch (suffix) {
        case "q_weight" -> layer("q_scale_max").map(Exl2Layer::read);
        case "trellis" -> Optional.of(Exl3Layer.read(layer()));
        case "qweight" -> layer("scales").map(this::gptqOrAwq);
        case "weight_packed" -> layer("weight_scale").map(Anchor::packed);
        case "weight" -> weight(layer());
        case "B" -> layer("s").map(Anchor::refuseMarlin);
        case "compressed" -> layer("bitmask").map(Anchor::refuseSparse);
        default -> fused(suffix);
      };
    }

    private LayerTensors layer() {
      return new LayerTensors(origin, name.substring(0, name.lastIndexOf('.') + 1), stored, taken, config);
    }

    /** The layer, if it has another tensor too. */
    private Optional<LayerTensors> layer(String companion) {
      return Optional.of(layer()).filter(layer -> layer.has(companion));
    }

    private TensorData gptqOrAwq(LayerTensors layer) {
      return GptqLayer.matches(layer) ? GptqLayer.read(layer) : AwqLayer.read(layer);
    }

    private static TensorData packed(LayerTensors layer) {
      if (layer.has("meta")) {
        return refuseSparse(layer);
      }
      var scales = layer.find("weight_scale").orElseThrow();
      if (!layer.find("weight_packed").orElseThrow().encoding().equals(Encodings.U8)) {
        return CompressedLayer.readPacked(layer);
      }
      return scales.encoding().equals(Encodings.F8_E4M3)
          ? Fp4Layer.readNv(layer, "weight_packed")
          : Fp4Layer.readMx(layer, "weight_packed", "weight_scale");
    }

    private Optional<TensorData> weight(LayerTensors layer) {
      if (BitsAndBytesLayer.isFourBits(layer)) {
        return Optional.of(BitsAndBytesLayer.readFourBits(layer));
      }
      if (BitsAndBytesLayer.isEightBits(layer)) {
        return Optional.of(BitsAndBytesLayer.readEightBits(layer));
      }
      var encoding = layer.find("weight").orElseThrow().encoding();
      if (FloatLayer.isType(encoding)) {
        return FloatLayer.scaleOf(layer, "weight").map(scale -> FloatLayer.read(layer, "weight", scale));
      }
      if (encoding.equals(Encodings.U8) && layer.has("weight_scale_2") && layer.has("weight_scale")) {
        return Optional.of(Fp4Layer.readNv(layer, "weight"));
      }
      if (encoding.equals(Encodings.I8) && layer.has("weight_scale")) {
        return Optional.of(CompressedLayer.readBytes(layer));
      }
      boolean exponents = layer.find("scale").filter(scale -> scale.encoding().equals(Encodings.F8_E8M0)).isPresent();
      return encoding.equals(Encodings.I8) && exponents
          ? Optional.of(Fp4Layer.readMx(layer, "weight", "scale"))
          : Optional.empty();
    }

    /** Fused experts, whose parts are told apart by the ends of one name. */
    private Optional<TensorData> fused(String suffix) {
      for (String ending : new String[] {"_blocks", ".blocks"}) {
        if (name.endsWith(ending)) {
          String prefix = name.substring(0, name.length() - ending.length());
          var layer = new LayerTensors(origin, prefix, stored, taken, config);
          return layer.has(ending.replace("blocks", "scales"))
              ? Optional.of(Fp4Layer.readFused(layer, ending))
              : Optional.empty();
        }
      }
      var layer = layer();
      return FloatLayer.isType(stored.get(name).encoding())
          ? FloatLayer.scaleOf(layer, suffix).map(scale -> FloatLayer.read(layer, suffix, scale))
          : Optional.empty();
    }

    private static TensorData refuseMarlin(LayerTensors layer) {
      throw layer.unsupported("is serialized for Marlin, a layout for one kind of GPU; " + INSTEAD);
    }

    private static TensorData refuseSparse(LayerTensors layer) {
      throw layer.unsupported("is stored sparse, which is not supported; " + INSTEAD);
    }

    /** The name of a GPTQ layer's bias, if that is all zeros. */
    Optional<String> zeroBias() {
      if (!name.endsWith(".qweight")) {
        return Optional.empty();
      }
      return layer().find("bias").filter(Anchor::isZero).map(TensorData::name);
    }

    private static boolean isZero(TensorData bias) {
      var values = new float[Math.toIntExact(bias.cols())];
      for (long row = 0; row < bias.rows(); row++) {
        bias.decode(row, 1, values);
        for (float value : values) {
          if (value != 0) {
            return false;
          }
        }
      }
      return true;
    }
  }
}
