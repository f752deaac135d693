package io.gatun.cli.synth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.terminal.UsageException;
import io.gatun.gguf.GgufFile;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mixes choose encodings as llama-quantize does. */
class FileTypeTest {
  private static FileType file(String name) {
    return (FileType) SyntheticType.of(name);
  }

  private static final Map<String, Role> ROLES =
      Map.of(
          "attn_q", Role.QUERY,
          "attn_k", Role.KEY,
          "attn_v", Role.VALUE,
          "attn_output", Role.ATTENTION_OUTPUT,
          "ffn_gate", Role.GATE,
          "ffn_up", Role.UP,
          "ffn_down", Role.DOWN);

  /** The files were made with llama-quantize. */
  @ParameterizedTest
  @CsvSource({"Q2_K,10", "Q3_K_M,12", "Q4_K_M,15", "Q6_K,18", "IQ4_NL,25"})
  void choosesAsAQuantizedFileHasIt(String name, int number) throws IOException {
    FileType type = file(name);
    assertEquals(number, type.number());
    String path = "models/llama-" + name + ".gguf";
    try (var file = GgufFile.open(Oracle.find(path).orElseGet(() -> Assumptions.abort(Oracle.missing(path))))) {
      int compared = 0;
      for (TensorData tensor : file.tensors().values()) {
        if (tensor.shape().size() == 2) {
          long cols = tensor.shape().getLast();
          assertEquals(
              tensor.encoding().id(),
              type.encoding(role(tensor.name()), Tiny.grouped(2), layer(tensor.name()), cols).id(),
              tensor.name());
          compared++;
        }
      }
      assertEquals(16, compared);
    }
  }

  /**
   * How many tensors of each encoding a file has, as the loading logs of published files say: of Llama 2 7B, of Mistral 7B,
   * of Llama 3 and 3.1 8B, of TinyLlama.
   */
  @ParameterizedTest
  @CsvSource({
    "llama-7b,   q4_0,   f32=65 q4_0=225 q6_k=1",
    "llama-7b,   q8_0,   f32=65 q8_0=226",
    "llama-7b,   f16,    f16=226 f32=65",
    "mistral-7b, q2_k,   f32=65 q2_k=129 q3_k=64 q4_k=32 q6_k=1",
    "llama-7b,   q3_k_s, f32=65 q3_k=225 q6_k=1",
    "llama-7b,   q3_k_m, f32=65 q3_k=129 q4_k=92 q5_k=4 q6_k=1",
    "llama-7b,   q3_k_l, f32=65 q3_k=129 q5_k=96 q6_k=1",
    "llama-7b,   q4_k_s, f32=65 q4_k=217 q5_k=8 q6_k=1",
    "llama-7b,   q4_k_m, f32=65 q4_k=193 q6_k=33",
    "llama-7b,   q5_k_m, f32=65 q5_k=193 q6_k=33",
    "llama-7b,   q6_k,   f32=65 q6_k=226",
    "llama-3-8b, q4_k_m, f32=65 q4_k=193 q6_k=33",
    "llama-8b,   q4_k_m, f32=66 q4_k=193 q6_k=33",
    "llama-1b,   q4_k_m, f32=45 q4_k=135 q6_k=21",
  })
  void countsAsPublishedFilesHaveThem(String shape, String type, String expected) {
    var counts = new TreeMap<String, Integer>();
    SyntheticModel.plan(Shapes.of(shape), file(type))
        .forEach(encoding -> counts.merge(encoding.id(), 1, Integer::sum));
    String found = counts.toString().replaceAll("[{},]", "");
    assertEquals(expected, found);
  }

  @Test
  void rowsThatAreNoWholeNumberOfBlocksGetASmallerOne() {
    assertEquals("q5_0", file("q4_k_m").encoding(Role.QUERY, Tiny.grouped(2), 0, 288).id());
    assertEquals("q5_1", file("q5_k_s").encoding(Role.QUERY, Tiny.grouped(2), 0, 288).id());
    assertEquals("q8_0", file("q6_k").encoding(Role.HEAD, Tiny.grouped(2), 0, 288).id());
    assertEquals("iq4_nl", file("q2_k").encoding(Role.UP, Tiny.grouped(2), 0, 288).id());
    assertEquals("f16", file("q4_0").encoding(Role.DOWN, Tiny.grouped(2), 0, 172).id());
  }

  @Test
  void namesInAnyCase() {
    assertEquals(FileType.TYPE_Q4_K_M, file("Q4_K_M"));
    assertEquals(FileType.TYPE_Q4_K_M, file("q4_K"));
    var unknown = assertThrows(UsageException.class, () -> file("q4"));
    assertTrue(String.valueOf(unknown.getMessage()).contains("q4_k_m"), unknown.toString());
  }

  private static Role role(String name) {
    return switch (name) {
      case "token_embd.weight" -> Role.EMBEDDING;
      case "output.weight" -> Role.HEAD;
      default -> Objects.requireNonNull(ROLES.get(part(name, 2)), name);
    };
  }

  private static int layer(String name) {
    return name.startsWith("blk.") ? Integer.parseInt(part(name, 1)) : 0;
  }

  private static String part(String name, int index) {
    return List.of(name.split("\\.", -1)).get(index);
  }
}
