package io.gatun.cli.folders;

import io.gatun.cli.terminal.Json;
import io.gatun.oracle.layers.FloatMatrix;
import io.gatun.oracle.layers.QuantizedFormat;
import io.gatun.oracle.layers.RawTensor;
import io.gatun.oracle.layers.StoredLayer;
import io.gatun.safetensors.SafetensorsWriter;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model as Hugging Face's libraries name its parts, in floats: to be written as it is, or with its linear layers in
 * one format or another.
 *
 * @param config what {@code config.json} says, without the head and the quantization
 * @param tokenizer what {@code tokenizer.json} says
 * @param layers linear layers by name, without {@code .weight}
 * @param embedding of tokens
 * @param head the output projection; the embedding itself if it is tied
 * @param tied whether the head is no tensor of its own
 * @param rest tensors that no format quantizes
 */
record FloatCheckpoint(
    ObjectNode config,
    JsonNode tokenizer,
    Map<String, FloatMatrix> layers,
    FloatMatrix embedding,
    FloatMatrix head,
    boolean tied,
    List<RawTensor> rest) {
  static final String WEIGHTS = "model.safetensors";
  private static final String HEAD = "lm_head";

  private static final Map<String, Encoding> TYPES =
      Map.of(
          "F32", Encodings.F32,
          "F16", Encodings.F16,
          "BF16", Encodings.BF16,
          "I64", Encodings.I64,
          "I32", Encodings.I32,
          "I16", Encodings.I16,
          "I8", Encodings.I8,
          "U8", Encodings.U8,
          "F8_E4M3", Encodings.F8_E4M3,
          "F8_E5M2", Encodings.F8_E5M2);

  /** The same with the embedding for its head. */
  FloatCheckpoint withTiedHead() {
    return new FloatCheckpoint(config, tokenizer, layers, embedding, embedding, true, rest);
  }

  /** The same with other tensors besides. */
  FloatCheckpoint with(List<RawTensor> others) {
    return new FloatCheckpoint(config, tokenizer, layers, embedding, head, tied, others);
  }

  /** Writes the folder, all tensors as F32. */
  void write(Path folder) {
    var tensors = new ArrayList<RawTensor>();
    layers.forEach((key, matrix) -> tensors.add(plain(key, matrix)));
    if (!tied) {
      tensors.add(plain(HEAD, head));
    }
    write(folder, config.deepCopy(), tensors);
  }

  /**
   * Writes the folder with its linear layers in a format.
   *
   * @param more added to the tensors of the layers
   * @return the same model with the matrices that the format kept of them
   */
  FloatCheckpoint writeIn(QuantizedFormat format, Path folder, List<RawTensor> more) {
    var random = new SplittableRandom(7);
    var tensors = new ArrayList<>(more);
    var kept = new LinkedHashMap<String, FloatMatrix>();
    layers.forEach(
        (key, matrix) -> {
          StoredLayer stored = format.writer().write(key, matrix, random);
          tensors.addAll(stored.tensors());
          kept.put(key, stored.matrix());
        });
    FloatMatrix keptHead = head;
    if (format.quantizesHead()) {
      StoredLayer stored = format.writer().write(HEAD, head, random);
      tensors.addAll(stored.tensors());
      keptHead = stored.matrix();
    } else if (!tied) {
      tensors.add(plain(HEAD, head));
    }
    ObjectNode quantized = config.deepCopy();
    quantized.set("quantization_config", Json.parse(format.config(), format.id()));
    write(folder, quantized, tensors);
    return new FloatCheckpoint(config, tokenizer, kept, embedding, keptHead, tied && !format.quantizesHead(), rest);
  }

  private static RawTensor plain(String key, FloatMatrix matrix) {
    return RawTensor.floats(key + ".weight", matrix.values(), matrix.out(), matrix.in());
  }

  private void write(Path folder, ObjectNode json, List<RawTensor> tensors) {
    var writer = new SafetensorsWriter();
    add(writer, plain("model.embed_tokens", embedding));
    rest.forEach(tensor -> add(writer, tensor));
    tensors.forEach(tensor -> add(writer, tensor));
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("config.json"), json.put("tie_word_embeddings", tied).toString());
      Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
      writer.write(folder.resolve(WEIGHTS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(SafetensorsWriter writer, RawTensor tensor) {
    Encoding type = tensor.dtype().equals("F8_E8M0") ? Encodings.F8_E8M0 : TYPES.get(tensor.dtype());
    writer.add(
        new TensorData(
            tensor.name(),
            tensor.shape(),
            Objects.requireNonNull(type, tensor.dtype()),
            List.of(MemorySegment.ofArray(tensor.bytes()))));
  }
}
