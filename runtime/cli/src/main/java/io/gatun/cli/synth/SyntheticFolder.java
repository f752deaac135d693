package io.gatun.cli.synth;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import io.gatun.model.hf.HfNames;
import io.gatun.safetensors.SafetensorsWriter;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.FileReplacement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a Hugging Face folder of a real model's shape with random weights: {@code config.json}, the files of a tokenizer
 * and {@code model.safetensors}. Linear layers are in the format of the {@link FolderType}; the embedding, the head,
 * routers and norms are plain, but for EXL2's head. Used by one thread.
 */
final class SyntheticFolder implements ShapeTensors.Visitor {
  private static final String WEIGHTS = "model.safetensors";

  private final Shape shape;
  private final Encoding plain;
  private final Optional<LayerFormat> format;
  private final long seed;
  private final SafetensorsWriter writer = new SafetensorsWriter();
  private int tensors;
  private long bytes;

  private SyntheticFolder(Shape shape, FolderType type, long seed) {
    this.shape = shape;
    this.plain = type == FolderType.HF_BF16 ? Encodings.BF16 : Encodings.F16;
    this.format = format(type);
    this.seed = seed;
  }

  private static Optional<LayerFormat> format(FolderType type) {
    return switch (type) {
      case HF_F16, HF_BF16 -> Optional.empty();
      case EXL2 -> Optional.of(new SyntheticExl2());
      case EXL3 -> Optional.of(new SyntheticExl3());
      case GPTQ -> Optional.of(new SyntheticGptq(false));
      case GPTQ_ACT_ORDER -> Optional.of(new SyntheticGptq(true));
      case W4A16 -> Optional.of(new SyntheticIntegers(true));
      case W8A8 -> Optional.of(new SyntheticIntegers(false));
      case AWQ -> Optional.of(new SyntheticAwq());
      case NF4 -> Optional.of(new SyntheticNf4(false));
      case NF4_NESTED -> Optional.of(new SyntheticNf4(true));
      case FP8 -> Optional.of(new SyntheticFp8());
    };
  }

  /**
   * Writes a folder, see {@link FolderType#write}.
   *
   * @throws UsageException if the folder holds other weights
   * @throws UncheckedIOException if it cannot be written
   */
  static SyntheticType.Written write(Shape shape, FolderType type, long seed, Path folder) {
    var model = new SyntheticFolder(shape, type, seed);
    try {
      Files.createDirectories(folder);
      requireNoOtherWeights(folder);
      model.texts(type.plainType(), folder);
      ShapeTensors.visit(shape, model);
      model.writer.write(folder.resolve(WEIGHTS));
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot write: %s".formatted(folder, e.getMessage()), e);
    }
    return new SyntheticType.Written(model.tensors, model.bytes);
  }

  private void texts(String plainType, Path folder) throws IOException {
    var vocabulary = SyntheticVocabulary.of(shape.words());
    ObjectNode config = HfConfig.of(shape, plainType);
    config.put("bos_token_id", vocabulary.bos()).put("eos_token_id", vocabulary.eos());
    format.ifPresent(stored -> stored.describe(config.putObject("quantization_config")));
    text(folder.resolve("config.json"), config);
    text(folder.resolve("tokenizer.json"), HfVocabularyFiles.tokenizer(shape.words(), vocabulary));
    text(folder.resolve("tokenizer_config.json"), HfVocabularyFiles.settings(vocabulary));
  }

  /** All safetensors of a folder are one model. */
  private static void requireNoOtherWeights(Path folder) throws IOException {
    try (var files = Files.newDirectoryStream(folder, "*.safetensors")) {
      for (Path file : files) {
        if (!file.endsWith(WEIGHTS)) {
          throw new UsageException("%s: holds %s, expected no other weights".formatted(folder, file.getFileName()));
        }
      }
    }
  }

  private static void text(Path file, ObjectNode json) throws IOException {
    byte[] bytes = Json.indented(json).getBytes(StandardCharsets.UTF_8);
    FileReplacement.write(file, channel -> FileReplacement.writeAll(channel, ByteBuffer.wrap(bytes)));
  }

  @Override
  public void matrix(String name, Role role, int layer, long... lengths) {
    String module = module(name);
    switch (role) {
      case EMBEDDING -> {
        plain(module, lengths);
        if (shape.head() == Shape.Head.TIED && quantizesHead()) {
          linear(LayerFormat.HEAD, Role.HEAD, layer, lengths);
        }
      }
      case ROUTER -> plain(module, lengths);
      case HEAD -> {
        if (quantizesHead()) {
          linear(module, role, layer, lengths);
        } else {
          plain(module, lengths);
        }
      }
      case QUERY, KEY, VALUE, ATTENTION_OUTPUT -> linear(module, role, layer, lengths);
      case GATE, UP, DOWN -> {
        if (lengths.length == 2) {
          linear(module, role, layer, lengths);
        }
        for (int expert = 0; lengths.length == 3 && expert < lengths[0]; expert++) {
          linear(module.formatted(expert), role, layer, lengths[1], lengths[2]);
        }
      }
      case GAIN, BIAS, ROPE_DIVISORS -> throw new IllegalArgumentException(name + " is a vector");
    }
  }

  private String module(String stem) {
    return HfNames.module(HfConfig.modelType(shape), stem)
        .orElseThrow(() -> new IllegalArgumentException(stem + ": has no name in a Hugging Face checkpoint"));
  }

  private boolean quantizesHead() {
    return format.map(LayerFormat::quantizesHead).orElse(false);
  }

  private void linear(String module, Role role, int layer, long... lengths) {
    if (format.isEmpty()) {
      plain(module, lengths);
      return;
    }
    long input = layer * 8L + input(role);
    format.get().put(new LayerFormat.Layer(module, mixed(input), lengths[0], lengths[1], mixed(-tensors)), this::add);
  }

  /** Query, key and value have the same input, as have gate and up. */
  private static int input(Role role) {
    return switch (role) {
      case QUERY, KEY, VALUE -> 0;
      case ATTENTION_OUTPUT -> 1;
      case GATE, UP -> 2;
      case DOWN -> 3;
      case HEAD -> 4;
      case EMBEDDING, ROUTER, GAIN, BIAS, ROPE_DIVISORS -> throw new IllegalArgumentException(role + " is not quantized");
    };
  }

  private long mixed(long number) {
    return (seed * 31 + number) * 0x9E3779B97F4A7C15L;
  }

  private void plain(String module, long... lengths) {
    long values = lengths[0] * lengths[1];
    var weights = new RandomWeights(plain, values, mixed(-tensors));
    count(plain, values);
    writer.add(module + ".weight", List.of(lengths[0], lengths[1]), plain, weights::writeTo);
  }

  @Override
  public void vector(String name, Role role, long length) {
    if (role == Role.ROPE_DIVISORS) {
      return; // config.json says it
    }
    int dot = name.lastIndexOf('.');
    String module = module(name.substring(0, dot));
    int bits = role == Role.BIAS ? 0 : plain.equals(Encodings.BF16) ? 0x3F80 : 0x3C00;
    add(
        module + name.substring(dot),
        List.of(length),
        plain,
        to -> {
          for (long i = 0; i < length; i++) {
            to.bits16(bits);
          }
        });
  }

  private void add(String name, List<Long> dims, Encoding encoding, WordOutput.Source source) {
    count(encoding, dims.stream().reduce(1L, Math::multiplyExact));
    writer.add(name, dims, encoding, WordOutput.of(source));
  }

  private void count(Encoding encoding, long values) {
    tensors++;
    bytes += encoding.bytes(values);
  }
}
