package io.gatun.model;

import io.gatun.gguf.GgufFile;
import io.gatun.model.hf.HfModel;
import io.gatun.safetensors.SafetensorsDir;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.OpaqueEncoding;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.StackedEncoding;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An opened model: its file mapped, its architecture understood, its weights checked for shape but not read. Opening
 * takes milliseconds whatever its size.
 *
 * <p>Immutable and thread-safe. Closing it first closes the engines over it, then releases the file.
 */
public final class Model implements AutoCloseable {
  private final Checkpoint checkpoint;
  private final ModelSpec spec;
  private final Tokenizer tokenizer;
  private final List<String> warnings;
  private final Set<AutoCloseable> dependents = new LinkedHashSet<>();
  private boolean closed;

  private Model(Checkpoint checkpoint, ModelSpec spec, Tokenizer tokenizer, List<String> warnings) {
    this.checkpoint = checkpoint;
    this.spec = spec;
    this.tokenizer = tokenizer;
    this.warnings = List.copyOf(warnings);
  }

  /**
   * Opens a GGUF file (of a split one the first part), or a folder of safetensors as Hugging Face's libraries write it.
   *
   * @throws FormatException if the file is malformed or contradicts itself
   * @throws UnsupportedModelException if we do not do its architecture, an encoding, or its tokenizer
   * @throws UncheckedIOException if it cannot be read
   */
  public static Model open(Path path) {
    Checkpoint checkpoint;
    try {
      checkpoint = isFolder(path) ? HfModel.open(path) : GgufFile.open(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      return of(checkpoint);
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  private static boolean isFolder(Path path) throws IOException {
    return Files.isDirectory(path) || SafetensorsDir.matches(path);
  }

  private static Model of(Checkpoint checkpoint) {
    Metadata metadata = checkpoint.metadata();
    String id = metadata.string("general.architecture");
    Architecture architecture = Architectures.of(id, metadata.origin());
    var keys = new ModelKeys(checkpoint, id);
    ModelSpec spec = architecture.spec(keys);
    SpecTensors tensors = SpecTensors.of(spec);
    tensors.check(checkpoint);
    checkLeftovers(checkpoint, tensors, keys);
    checkEncodings(checkpoint);
    var warnings = new ArrayList<String>();
    Tokenizer tokenizer;
    if (checkpoint instanceof HfModel folder) {
      tokenizer = folder.tokenizer(); // rows may be padded, or tokens be of pictures
      warnings.addAll(folder.warnings());
    } else {
      tokenizer = Tokenizer.of(metadata, spec.vocabSize());
      checkVocabulary(checkpoint, tokenizer, spec);
    }
    for (String key : metadata.unread(id + ".")) {
      warnings.add("key %s is not known to this version and was not used".formatted(key));
    }
    return new Model(checkpoint, spec, tokenizer, warnings);
  }

  private static void checkVocabulary(Checkpoint checkpoint, Tokenizer tokenizer, ModelSpec spec) {
    if (tokenizer.vocabulary().size() != spec.vocabSize()) {
      throw new FormatException(
          "%s: tokenizer.ggml.tokens has %d tokens, expected %d, the rows of %s"
              .formatted(
                  checkpoint.metadata().origin(),
                  tokenizer.vocabulary().size(),
                  spec.vocabSize(),
                  spec.embedding().tokens().weight()));
    }
  }

  private static void checkLeftovers(Checkpoint checkpoint, SpecTensors tensors, ModelKeys keys) {
    var left = new TreeSet<>(tensors.leftovers(checkpoint));
    left.removeAll(keys.consumed());
    if (!left.isEmpty()) {
      throw new UnsupportedModelException(
          "%s: %d tensors that architecture '%s' does not use here: %s%s"
              .formatted(
                  checkpoint.metadata().origin(),
                  left.size(),
                  keys.architecture(),
                  String.join(", ", left.stream().limit(8).map(checkpoint::storedName).toList()),
                  left.size() > 8 ? ", …" : ""));
    }
  }

  private static void checkEncodings(Checkpoint checkpoint) {
    var unsupported = new TreeSet<String>();
    for (TensorData tensor : checkpoint.tensors().values()) {
      if (!computable(tensor.encoding())) {
        unsupported.add(tensor.encoding().id() + " (" + checkpoint.storedName(tensor.name()) + ")");
      }
    }
    if (!unsupported.isEmpty()) {
      throw new UnsupportedModelException(
          "%s: no kernels for encoding %s%s"
              .formatted(
                  checkpoint.metadata().origin(),
                  String.join(", ", unsupported.stream().limit(4).toList()),
                  unsupported.size() > 4 ? ", …" : ""));
    }
  }

  private static boolean computable(Encoding encoding) {
    if (encoding instanceof OpaqueEncoding) {
      return false;
    }
    if (encoding instanceof StackedEncoding stacked) {
      return stacked.parts().stream().allMatch(part -> computable(part.encoding()));
    }
    return !(encoding instanceof PlainEncoding) || Set.of("f32", "f16", "bf16").contains(encoding.id());
  }

  /** What it computes. */
  public ModelSpec spec() {
    return spec;
  }

  /** One without text if the file or folder has none, see {@link Tokenizer#hasText}. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /**
   * The ids below which are tokens that have rows: a table may be padded behind the last token, and tokens that stand
   * for pictures may have no row.
   */
  public int vocabularySize() {
    return Math.min(tokenizer.vocabulary().size(), spec.vocabSize());
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** The model's name for people: {@code general.name}, or the file's name. */
  public String name() {
    return checkpoint
        .metadata()
        .optionalString("general.name")
        .orElseGet(() -> Objects.requireNonNull(checkpoint.path().getFileName()).toString());
  }

  /** The chat template in its metadata. */
  public Optional<String> chatTemplate() {
    return checkpoint.metadata().optionalString("tokenizer.chat_template");
  }

  /**
   * Tells this file from others without reading all of it: SHA-256 over its size, its first 4 MiB and 64 samples of
   * 4 KiB, in hexadecimal.
   *
   * @throws UncheckedIOException if the file cannot be read any more
   */
  public String fingerprint() {
    return Fingerprint.of(checkpoint);
  }

  /** What the file says that this version does not understand, one line each, for users. */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * Something that uses this model and must be closed before it.
   *
   * @throws IllegalStateException if the model is closed
   */
  public void attach(AutoCloseable dependent) {
    synchronized (dependents) {
      if (closed) {
        throw new IllegalStateException(checkpoint.metadata().origin() + ": the model is closed");
      }
      dependents.add(dependent);
    }
  }

  /** The dependent has closed itself. */
  public void detach(AutoCloseable dependent) {
    synchronized (dependents) {
      dependents.remove(dependent);
    }
  }

  /** Closes the engines over it, which cancels what they are doing, and releases the file. Idempotent. */
  @Override
  public void close() {
    List<AutoCloseable> open;
    synchronized (dependents) {
      closed = true;
      open = List.copyOf(dependents);
    }
    try {
      for (AutoCloseable dependent : open) {
        dependent.close();
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(checkpoint.metadata().origin() + ": closing an engine over this model", e);
    } finally {
      checkpoint.close();
    }
  }
}
