package io.gatun.safetensors;

import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.ColumnGroups;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.FlatBlockEncoding;
import io.gatun.tensors.FlatBlockEncoding.Nested;
import io.gatun.tensors.FlatBlockEncoding.Table;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.Shown;
import io.gatun.tensors.SignedBytes;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.ZeroPoints;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * bitsandbytes. 4 bits: {@code weight}, bytes under whatever type they were stored, {@code weight.absmax} and the shape in
 * {@code weight.quant_state.bitsandbytes__nf4} or {@code __fp4}, JSON as bytes; GPTQModel joins the names with underscores.
 * LLM.int8(): {@code weight} i8 {@code [out, in]} and {@code SCB}, the largest magnitude of each row.
 */
final class BitsAndBytesLayer {
  private static final int MAP_LENGTH = 256;
  private static final float DEFAULT_THRESHOLD = 6;

  private BitsAndBytesLayer() {}

  static boolean isFourBits(LayerTensors layer) {
    return state(layer).isPresent();
  }

  static boolean isEightBits(LayerTensors layer) {
    return layer.has("SCB") && layer.has("weight");
  }

  /** The JSON that describes the layer, and the table that its name means. */
  private record State(String suffix, Table table) {}

  private static Optional<State> state(LayerTensors layer) {
    for (Table table : Table.values()) {
      String type = "bitsandbytes__" + table.name().toLowerCase(Locale.ROOT);
      for (String start : List.of("weight.quant_state.", "weight_quant_state.", "weight_quant_state_")) {
        if (layer.has(start + type)) {
          return Optional.of(new State(start + type, table));
        }
      }
    }
    return Optional.empty();
  }

  static TensorData readFourBits(LayerTensors layer) {
    State state = state(layer).orElseThrow();
    TensorData text = layer.requireType(layer.require(state.suffix), Encodings.U8);
    JsonNode json = Json.object(text.name(), text(text));
    TensorData weight = layer.require("weight");
    part(layer, "quant_map"); // kernels have fixed tables
    long[] shape = shape(layer, text, json);
    int cols = layer.columns(text, shape[1]);
    long values = Math.multiplyExact(shape[0], shape[1]);
    int length = json.path("blocksize").asInt(0);
    if (length < 1) {
      throw layer.wrong(text, "blocksize of at least 1");
    }
    if (weight.byteSize() < Math.ceilDiv(values, 2L)) {
      throw layer.wrong(weight, "%d bytes for %d × %d codes".formatted(Math.ceilDiv(values, 2L), shape[0], shape[1]));
    }
    long blocks = Math.ceilDiv(values, length);
    TensorData magnitudes = part(layer, "absmax").orElseGet(() -> layer.require("weight.absmax"));
    if (magnitudes.values() < blocks) {
      throw layer.wrong(magnitudes, "%d magnitudes".formatted(blocks));
    }
    var planes = new ArrayList<>(List.of(weight.bytes(), magnitudes.bytes()));
    List<Nested> nested = nested(layer, magnitudes, json, text, blocks, planes);
    String id = state.table == Table.NF4 ? "nf4" : "bnb-fp4";
    var encoding = new FlatBlockEncoding(id, shape[0], cols, state.table, length, nested);
    return layer.matrix("weight", List.of(shape[0], shape[1]), encoding, planes.toArray(MemorySegment[]::new));
  }

  private static Optional<TensorData> part(LayerTensors layer, String name) {
    return layer.takeAny("weight." + name, "weight_" + name);
  }

  private static String text(TensorData tensor) {
    var bytes = tensor.bytes().toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8).replace('\0', ' ').strip();
  }

  private static long[] shape(LayerTensors layer, TensorData text, JsonNode json) {
    JsonNode shape = json.path("shape");
    if (shape.size() != 2 || shape.get(0).asLong(0) < 1 || shape.get(1).asLong(0) < 1) {
      throw layer.wrong(text, "shape [out, in], found " + Shown.of(shape.toString()));
    }
    return new long[] {shape.get(0).asLong(0), shape.get(1).asLong(0)};
  }

  /** Adds the planes of magnitudes that are quantized themselves. */
  private static List<Nested> nested(
      LayerTensors layer, TensorData magnitudes, JsonNode json, TensorData text, long blocks, List<MemorySegment> planes) {
    if (magnitudes.encoding().equals(Encodings.F32)) {
      return List.of();
    }
    layer.requireType(magnitudes, Encodings.U8);
    int length = json.path("nested_blocksize").asInt(256);
    TensorData outer = part(layer, "nested_absmax").orElseGet(() -> layer.require("weight.nested_absmax"));
    layer.requireType(outer, Encodings.F32);
    if (length < 1 || outer.values() < Math.ceilDiv(blocks, length)) {
      throw layer.wrong(outer, "a magnitude for each %d of %d".formatted(length, blocks));
    }
    if (!json.path("nested_offset").isNumber()) {
      throw layer.wrong(text, "nested_offset");
    }
    planes.add(
        part(layer, "nested_quant_map")
            .map(map -> layer.requireShape(layer.requireType(map, Encodings.F32), MAP_LENGTH).bytes())
            .orElseGet(BitsAndBytesLayer::dynamicMap));
    planes.add(outer.bytes());
    return List.of(new Nested(length, (float) json.path("nested_offset").asDouble(0)));
  }

  /**
   * The numbers of the dynamic type of 8 bits: in each decade the middles of a grid on [0.1, 1], twice as many as in the
   * one below, with both signs; 0 and 1. Source: Dettmers, 8-bit Approximations for Parallelism in Deep Learning.
   */
  private static MemorySegment dynamicMap() {
    var numbers = new ArrayList<Double>(List.of(0.0, 1.0));
    for (int decade = 0; decade < 7; decade++) {
      int count = 1 << decade;
      for (int i = 0; i < count; i++) {
        double middle = (0.1 + 0.9 * (i + 0.5) / count) * Math.pow(10, decade - 6);
        numbers.add(middle);
        numbers.add(-middle);
      }
    }
    numbers.sort(null);
    var map = MemorySegment.ofArray(new byte[MAP_LENGTH * Float.BYTES]);
    for (int i = 0; i < numbers.size(); i++) {
      map.set(Layouts.FLOAT, (long) i * Float.BYTES, numbers.get(i).floatValue());
    }
    return map;
  }

  static TensorData readEightBits(LayerTensors layer) {
    TensorData weight = layer.requireDims(layer.requireType(layer.require("weight"), Encodings.I8), 2);
    long rows = weight.shape().getFirst();
    TensorData largest = layer.requireShape(layer.requireType(layer.require("SCB"), Encodings.F32), rows);
    float format = layer.take("weight_format").map(layer::number).orElse(0f);
    if (format != 0) {
      throw layer.unsupported("weight_format %.0f is a tiling for one kind of GPU; %s".formatted(format, LinearLayers.INSTEAD));
    }
    int cols = layer.columns(weight, weight.cols());
    var activations = new ActivationScheme.Int8WithOutliers(layer.config().number("llm_int8_threshold", DEFAULT_THRESHOLD));
    var encoding =
        new AffineEncoding(
            "llm.int8",
            rows,
            new SignedBytes(cols),
            ScaleGrid.of(Encodings.F32, rows, 1, 0).over(127),
            new ZeroPoints.Fixed(128),
            ColumnGroups.ofLength(cols, cols),
            Optional.of(activations));
    return layer.matrix("weight", weight.shape(), encoding, weight.bytes(), largest.bytes());
  }
}
