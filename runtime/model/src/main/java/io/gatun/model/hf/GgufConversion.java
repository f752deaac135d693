package io.gatun.model.hf;

import io.gatun.gguf.GgufWriter;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.ExactEncoders;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Metadata.Value;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A folder as the GGUF file that other programs open too. Keys have the types that they expect, rows of queries and keys the
 * order, and tokens the spellings; see {@link #GgufConversion(HfModel, Set, Consumer)} for the encodings, and {@link
 * io.gatun.text.HfTokenizer#ggufMetadata}. Confined to one thread.
 */
public final class GgufConversion {
  /**
   * What a quantized matrix may become besides F16 in files that most programs open. NVFP4 is not among them: llama.cpp has
   * it, and the factors beside it, since March 2026, and others do not.
   */
  public static final Set<Encoding> COMMON_BLOCKS = commonBlocks();

  private static final String PAIRING = "rope.pairing";
  /** Numbers of {@code general.file_type}. Source: llama.h enum llama_ftype. */
  private static final Map<String, Long> FILE_TYPES =
      Map.of("f32", 0L, "f16", 1L, "q4_0", 2L, "q8_0", 7L, "q5_0", 8L, "bf16", 32L, "mxfp4", 38L, "nvfp4", 39L);

  private final String architecture;
  private final Metadata source;
  private final List<GgufTensor> tensors = new ArrayList<>();
  private final SequencedMap<String, Value> values = new LinkedHashMap<>();

  /**
   * What a file has become.
   *
   * @param encodings how many tensors are in each, by its id
   * @param bytes of the tensors
   */
  public record Converted(String architecture, SequencedMap<String, Integer> encodings, long bytes) {}

  /**
   * Decides what becomes of each tensor, for which quantized ones are read once. Quantized matrices become the smallest of
   * {@code blocks} that hold the same numbers, else F16; as NVFP4, beside which a tensor {@code .scale} has the factor of a
   * matrix, or one for each expert.
   *
   * @param blocks of {@link io.gatun.tensors.ExactEncoders}
   * @param progress is told what is being done
   * @throws FormatException if a file is malformed, or a part is missing
   * @throws UnsupportedModelException if GGUF cannot have such tensors, or such a tokenizer
   */
  public GgufConversion(HfModel folder, Set<Encoding> blocks, Consumer<String> progress) {
    this.source = folder.metadata();
    this.architecture = source.string("general.architecture");
    for (TensorData tensor : folder.tensors().values()) {
      progress.accept("reading " + tensor.name());
      GgufTensor converted = GgufTensor.of(tensor, order(tensor), blocks);
      tensors.add(converted);
      converted.scale().ifPresent(scale -> tensors.add(GgufTensor.of(scale, RowOrder.SAME, blocks)));
    }
    TensorData embedding = folder.tensors().get("token_embd.weight");
    if (embedding == null) {
      throw new FormatException("%s: the tensor of the embedding is missing".formatted(source.origin()));
    }
    metadata();
    progress.accept("reading the tokenizer");
    values.putAll(folder.ggufTokenizer(Math.toIntExact(embedding.rows())).asMap());
  }

  private static Set<Encoding> commonBlocks() {
    var blocks = new LinkedHashSet<>(ExactEncoders.all().keySet());
    blocks.remove(Encodings.NVFP4);
    return Collections.unmodifiableSet(blocks);
  }

  private RowOrder order(TensorData tensor) {
    String heads =
        switch (tensor.name().replaceFirst("^blk\\.\\d+\\.(.*)\\.(weight|bias)$", "$1")) {
          case "attn_q" -> "attention.head_count";
          case "attn_k" -> source.contains(key("attention.head_count_kv")) ? "attention.head_count_kv" : "attention.head_count";
          case "attn_qkv" -> {
            if (isInHalves()) {
              throw new UnsupportedModelException(
                  "%s: tensor %s: queries, keys and values in one cannot be converted for architecture '%s'"
                      .formatted(source.origin(), tensor.name(), architecture));
            }
            yield "";
          }
          default -> "";
        };
    if (heads.isEmpty() || !isInHalves()) {
      return RowOrder.SAME;
    }
    long outputs = tensor.shape().getFirst();
    int headDim = Math.toIntExact(outputs / source.integer(key(heads), 1, Math.toIntExact(outputs)));
    return new RowOrder(headDim, source.integer(key("rope.dimension_count"), 2, headDim, headDim));
  }

  private boolean isInHalves() {
    return source.optionalString(key(PAIRING)).filter("halves"::equals).isPresent();
  }

  private String key(String end) {
    return architecture + "." + end;
  }

  /** All keys but those of the tokenizer and our own, in the widths that other programs read. */
  private void metadata() {
    source.asMap().forEach(
        (key, value) -> {
          if (!key.startsWith("tokenizer.") && !key.equals(key(PAIRING))) {
            values.put(key, narrowed(value));
          }
        });
    values.put("general.file_type", new Value("u32", fileType()));
    values.put("general.quantization_version", new Value("u32", 2L));
  }

  private static Value narrowed(Value value) {
    return switch (value.content()) {
      case Long integer when integer >= 0 && integer <= 0xFFFF_FFFFL -> new Value("u32", integer);
      case Double number -> new Value("f32", number);
      default -> value;
    };
  }

  /** By the encoding that most bytes are in. */
  private long fileType() {
    var bytes = new LinkedHashMap<String, Long>();
    tensors.forEach(tensor -> bytes.merge(tensor.encoding().id(), bytes(tensor), Long::sum));
    return bytes.entrySet().stream()
        .max(Comparator.comparingLong(Map.Entry::getValue))
        .map(most -> FILE_TYPES.getOrDefault(most.getKey(), 0L))
        .orElse(0L);
  }

  private static long bytes(GgufTensor tensor) {
    return tensor.encoding().bytes(tensor.tensor().values());
  }

  /** Bytes of all tensors in the file. */
  public long bytes() {
    return tensors.stream().mapToLong(GgufConversion::bytes).sum();
  }

  /**
   * Writes the file, which appears under its name when it is complete.
   *
   * @param progress is told what is being done
   * @throws FormatException if a number does not fit its encoding
   * @throws IOException if writing fails
   */
  public Converted write(Path file, Consumer<String> progress) throws IOException {
    var writer = new GgufWriter();
    values.forEach(writer::put);
    var encodings = new LinkedHashMap<String, Integer>();
    for (GgufTensor tensor : tensors) {
      Encoding encoding = tensor.encoding();
      encodings.merge(encoding.id(), 1, Integer::sum);
      writer.add(
          tensor.tensor().name(),
          tensor.tensor().shape(),
          encoding,
          out -> {
            progress.accept("writing " + tensor.tensor().name());
            tensor.writeTo(out);
          });
    }
    writer.write(file);
    return new Converted(architecture, encodings, bytes());
  }
}
