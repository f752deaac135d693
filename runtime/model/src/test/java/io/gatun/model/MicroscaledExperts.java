package io.gatun.model;

import static java.util.Objects.requireNonNull;

import io.gatun.gguf.GgufFile;
import io.gatun.safetensors.SafetensorsWriter;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the MXFP4 experts of a GGUF file as gpt-oss's folders have them: codes and exponents apart, columns in order,
 * and gate and up in one tensor whose rows alternate.
 */
final class MicroscaledExperts {
  private static final int LENGTH = 32;
  private static final int BLOCK = 17;

  private final SafetensorsWriter writer = new SafetensorsWriter();

  private MicroscaledExperts() {}

  static void write(Path gguf, Path file) throws IOException {
    var experts = new MicroscaledExperts();
    try (Checkpoint source = GgufFile.open(gguf)) {
      for (int layer = 0; source.tensors().containsKey("blk." + layer + ".ffn_up_exps.weight"); layer++) {
        String from = "blk." + layer + ".ffn_";
        String to = "model.layers." + layer + ".mlp.experts.";
        experts.add(to + "gate_up_proj", tensor(source, from + "gate_exps.weight"), tensor(source, from + "up_exps.weight"));
        experts.add(to + "down_proj", tensor(source, from + "down_exps.weight"));
        experts.biases(
            to + "gate_up_proj_bias", tensor(source, from + "gate_exps.bias"), tensor(source, from + "up_exps.bias"));
        experts.biases(to + "down_proj_bias", tensor(source, from + "down_exps.bias"));
      }
      experts.writer.write(file);
    }
  }

  private static TensorData tensor(Checkpoint source, String name) {
    return requireNonNull(source.tensors().get(name), name);
  }

  /** Rows of several tensors {@code [n_expert, out, in]} in turn. */
  private void add(String name, TensorData... parts) {
    long experts = parts[0].shape().getFirst();
    long rows = parts[0].rows();
    int blocks = Math.toIntExact(parts[0].cols() / LENGTH);
    var codes = new byte[Math.toIntExact(parts.length * rows * blocks * LENGTH / 2)];
    var exponents = new byte[Math.toIntExact(parts.length * rows * blocks)];
    int block = 0;
    for (long row = 0; row < rows; row++) {
      for (TensorData part : parts) {
        for (int i = 0; i < blocks; i++, block++) {
          MemorySegment source = part.bytes().asSlice((row * blocks + i) * BLOCK, BLOCK);
          exponents[block] = source.get(ValueLayout.JAVA_BYTE, 0);
          for (int j = 0; j < LENGTH; j += 2) {
            codes[(block * LENGTH + j) / 2] = (byte) (code(source, j) | code(source, j + 1) << 4);
          }
        }
      }
    }
    long out = parts.length * rows / experts;
    add(name + "_blocks", codes, List.of(experts, out, (long) blocks, LENGTH / 2L));
    add(name + "_scales", exponents, List.of(experts, out, (long) blocks));
  }

  /** Behind the exponent are the first half of the codes in low halves of bytes, and the second in high ones. */
  private static int code(MemorySegment block, int index) {
    int both = block.get(ValueLayout.JAVA_BYTE, 1 + index % (LENGTH / 2));
    return (index < LENGTH / 2 ? both : both >> 4) & 15;
  }

  private void add(String name, byte[] bytes, List<Long> shape) {
    writer.add(new TensorData(name, shape, Encodings.U8, List.of(MemorySegment.ofArray(bytes))));
  }

  private void biases(String name, TensorData... parts) {
    int experts = Math.toIntExact(parts[0].rows());
    int width = Math.toIntExact(parts[0].cols());
    var values = new float[parts.length * experts * width];
    for (int part = 0; part < parts.length; part++) {
      var own = new float[experts * width];
      parts[part].decode(0, experts, own);
      for (int i = 0; i < own.length; i++) {
        values[i * parts.length + part] = own[i];
      }
    }
    writer.add(FolderWriter.floats(name, values, List.of((long) experts, (long) parts.length * width)));
  }
}
