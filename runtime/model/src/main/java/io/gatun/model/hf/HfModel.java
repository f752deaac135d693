package io.gatun.model.hf;

import io.gatun.safetensors.SafetensorsDir;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.text.HfTokenizer;
import io.gatun.text.Tokenizer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * A folder of safetensors with its configuration and tokenizer, or a lone file in one, as a checkpoint that has GGUF's
 * keys, and tensors by GGUF's names. Bytes stay where they are mapped; on the heap are a few vectors that files of GGUF
 * hold and folders do not.
 *
 * <p>Rows of queries and keys are as the folder has them: where files of GGUF have them in another order, the key
 * {@code rope.pairing} below the architecture says {@code halves}, and the dimensions {@code i} and {@code i + n/2} of a head
 * rotate together.
 */
public final class HfModel implements Checkpoint {
  private final SafetensorsDir files;
  private final Metadata metadata;
  private final HfTensors tensors;
  private final HfTokenizer tokenizer;

  private HfModel(SafetensorsDir files, Metadata metadata, HfTensors tensors, HfTokenizer tokenizer) {
    this.files = files;
    this.metadata = metadata;
    this.tensors = tensors;
    this.tokenizer = tokenizer;
  }

  /**
   * Maps the files and reads what lies beside them.
   *
   * @throws FormatException if a file is missing or malformed, or files contradict each other
   * @throws UnsupportedModelException if we do not do such models, or such tokenizers
   * @throws IOException if the system refuses to open or map a file
   */
  public static HfModel open(Path path) throws IOException {
    Path folder = folder(path);
    // Takes as long as everything else together, and needs nothing of it.
    var tokenizer =
        new FutureTask<>(
            () -> HfTokenizer.isIn(folder) ? Optional.of(HfTokenizer.read(folder)) : Optional.<HfTokenizer>empty());
    Thread.ofPlatform().daemon().name("gatun-tokenizer").start(tokenizer);
    boolean opened = false;
    try {
      SafetensorsDir files = SafetensorsDir.open(path);
      try {
        HfModel model = of(files, folder, tokenizer);
        opened = true;
        return model;
      } finally {
        if (!opened) {
          files.close();
        }
      }
    } finally {
      if (!opened) {
        tokenizer.cancel(true);
      }
    }
  }

  /** The folder in which configuration and tokenizer lie. */
  public static Path folder(Path path) {
    return Files.isDirectory(path) ? path : Objects.requireNonNull(path.toAbsolutePath().getParent());
  }

  private static HfModel of(SafetensorsDir files, Path folder, Future<Optional<HfTokenizer>> reading) throws IOException {
    if (!Files.exists(folder.resolve(HfConfig.NAME))) {
      throw new UnsupportedModelException(
          "%s: no %s, which says what model the tensors are of; put it beside them".formatted(folder, HfConfig.NAME));
    }
    HfConfig stated = HfConfig.of(files.metadata());
    HfFamily family = HfFamilies.of(stated);
    HfConfig config = stated.withDefaults(family.defaults());
    HfRope rope = HfRope.of(config);
    String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    var values = HfMetadata.of(config, family, rope, name);
    var tensors = HfTensors.of(config, family, files.tensors(), files.optional()::contains);
    rope.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
    if (!tensors.byName().containsKey("output.weight") && !config.flag("tie_word_embeddings").orElse(true)) {
      throw new FormatException(
          "%s: tensor lm_head.weight is missing, expected it where tie_word_embeddings is false"
              .formatted(files.path()));
    }
    HfTokenizer tokenizer = result(reading).orElseGet(() -> HfTokenizer.none(folder, tokens(tensors)));
    values.putAll(tokenizer.metadata().asMap());
    return new HfModel(files, new Metadata(files.metadata().origin(), values), tensors, tokenizer);
  }

  /** As many as the table has rows; that there must be one is others' business. */
  private static int tokens(HfTensors tensors) {
    TensorData table = tensors.byName().get("token_embd.weight");
    return table == null ? 1 : Math.toIntExact(table.rows());
  }

  private static Optional<HfTokenizer> result(Future<Optional<HfTokenizer>> reading) throws IOException {
    try {
      return reading.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the tokenizer was read");
    }
  }

  /** That of the folder; if it has none, one without text. */
  public Tokenizer tokenizer() {
    return tokenizer.tokenizer();
  }

  /** What a GGUF file says of the tokenizer, see {@link HfTokenizer#ggufMetadata}. */
  Metadata ggufTokenizer(int rows) {
    return tokenizer.ggufMetadata(rows);
  }

  /** What is odd but harmless, one line each. */
  public List<String> warnings() {
    return files.warnings();
  }

  @Override
  public Path path() {
    return files.path();
  }

  @Override
  public String format() {
    return files.format();
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public SequencedMap<String, TensorData> tensors() {
    files.tensors(); // refuses when closed
    return tensors.byName();
  }

  /** {@code model.layers.0.self_attn.q_proj.weight} for {@code blk.0.attn_q.weight}. */
  @Override
  public String storedName(String name) {
    return tensors.storedName(name);
  }

  @Override
  public long sizeBytes() {
    return files.sizeBytes();
  }

  @Override
  public void close() {
    files.close();
  }
}
