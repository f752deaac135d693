package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.safetensors.SafetensorsDir;
import io.gatun.safetensors.SafetensorsWriter;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.text.EncodeOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with a folder is said in one line, in the folder's own words. */
class FolderErrorsTest {
  @TempDir Path folder;

  private void write(String model, FolderWriter kind) throws IOException {
    kind.write(Oracle.require("models/" + model + ".gguf"), folder);
  }

  private void write(Consumer<ObjectNode> config) throws IOException {
    write("llama", FolderWriter.of("llama").unpermuting().with(config));
  }

  /** Takes tensors out of the folder, or puts them in. */
  private void rewrite(Predicate<String> kept, TensorData... more) throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (var files = SafetensorsDir.open(file)) {
      var tensors = new ArrayList<>(files.stored().values());
      tensors.removeIf(tensor -> !kept.test(tensor.name()));
      tensors.addAll(List.of(more));
      var writer = new SafetensorsWriter();
      tensors.forEach(writer::add);
      writer.write(file);
    }
  }

  private void malformed(String message) {
    fails(FormatException.class, message);
  }

  private void unsupported(String message) {
    fails(UnsupportedModelException.class, message);
  }

  private void fails(Class<? extends RuntimeException> type, String message) {
    String found = String.valueOf(assertThrows(type, () -> Model.open(folder)).getMessage());
    assertTrue(found.contains(message), found);
    assertTrue(found.startsWith(folder.toString()), found);
    assertEquals(1, found.lines().count(), found);
  }

  @Test
  void withoutConfiguration() throws IOException {
    write(_ -> {});
    Files.delete(folder.resolve("config.json"));
    unsupported(": no config.json, which says what model the tensors are of");
  }

  /** It computes; only texts are refused. */
  @Test
  void withoutTokenizer() throws IOException {
    write(config -> config.putArray("eos_token_id").add(7).add(9).add(11));
    Files.delete(folder.resolve("tokenizer.model"));
    for (Path path : List.of(folder, ConvertedFolderTest.converted(folder))) {
      try (Model model = Model.open(path)) {
        assertFalse(model.tokenizer().hasText());
        assertEquals(Set.of(7, 9, 11), model.tokenizer().vocabulary().endOfGeneration());
        assertEquals(model.spec().vocabSize(), model.vocabularySize());
        var refused =
            assertThrows(UnsupportedModelException.class, () -> model.tokenizer().encode("a", EnumSet.noneOf(EncodeOption.class)));
        assertTrue(String.valueOf(refused.getMessage()).startsWith(path + ": has no tokenizer, which texts need"));
      }
    }
  }

  @Test
  void withATokenizerThatIsIncomplete() throws IOException {
    write(_ -> {});
    Files.delete(folder.resolve("tokenizer.model"));
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    malformed("tokenizer.json: ");
  }

  @Test
  void ofAnUnknownKind() throws IOException {
    write(config -> config.put("model_type", "weather_station"));
    unsupported(": model_type 'weather_station' is not supported, expected one of cohere, cohere2, deepseek_v2, ");
    write(config -> config.remove("model_type"));
    malformed("config.json: model_type is missing");
    write(config -> config.without("model_type").putArray("architectures").add("LlamaForCausalLM"));
    Model.open(folder).close();
  }

  @Test
  void thatComputesSomethingElse() throws IOException {
    write(config -> config.put("hidden_act", "relu"));
    unsupported("config.json: hidden_act 'relu' is not supported here, expected one of ");
    write(config -> config.putObject("rope_scaling").put("rope_type", "spiral").put("factor", 2));
    unsupported("config.json: rope_type 'spiral' is not supported, expected default, linear, ");
  }

  @Test
  void whoseConfigurationLacksSomething() throws IOException {
    write(config -> config.remove("num_hidden_layers"));
    malformed("config.json: num_hidden_layers is missing, expected an integer");
    write(config -> config.put("hidden_size", "wide"));
    malformed("config.json: hidden_size is \"wide\", expected an integer");
    write(config -> config.putObject("rope_scaling").put("rope_type", "linear"));
    malformed("config.json: rope_scaling.factor is missing, expected a number");
    write(config -> config.put("tie_word_embeddings", false));
    rewrite(name -> !name.equals("lm_head.weight"));
    malformed("tensor lm_head.weight is missing, expected it where tie_word_embeddings is false");
  }

  @Test
  void whereATensorIsMissingOrOfAnotherShape() throws IOException {
    String name = "model.layers.1.self_attn.k_proj.weight";
    write(_ -> {});
    rewrite(other -> !other.equals(name));
    malformed(": tensor " + name + " is missing, expected shape [128, 256]");
    rewrite(_ -> true, FolderWriter.floats(name, new float[2 * 256], List.of(2L, 256L)));
    malformed(": tensor " + name + " has shape [2, 256], expected [128, 256]");
  }

  @Test
  void withATensorThatNobodyKnows() throws IOException {
    write(_ -> {});
    rewrite(_ -> true, FolderWriter.floats("model.layers.0.self_attn.extra.weight", new float[2], List.of(2L)));
    unsupported(": 1 tensors that architecture 'llama' does not use here: model.layers.0.self_attn.extra.weight");
    write(_ -> {});
    String table = "model.layers.0.self_attn.rotary_emb.inv_freq";
    rewrite(_ -> true, FolderWriter.floats(table, new float[32], List.of(32L)));
    Model.open(folder).close();
  }

  @Test
  void whereAnExpertIsMissingOrTooMuch() throws IOException {
    FolderWriter kind = FolderWriter.of("qwen3_moe").with(config -> config.put("norm_topk_prob", true));
    write("qwen3moe", kind);
    rewrite(name -> !name.equals("model.layers.1.mlp.experts.5.up_proj.weight"));
    malformed("config.json: expert 5 of 8 has no tensor like model.layers.1.mlp.experts.0.up_proj.weight");
    write("qwen3moe", kind.with(config -> config.put("num_experts", 6)));
    malformed("tensor model.layers.0.mlp.experts.7.gate_proj.weight is of an expert beyond the 6 that there are");
    write("qwen3moe", kind);
    String other = "model.layers.0.mlp.experts.3.gate_proj.weight";
    rewrite(name -> !name.equals(other), FolderWriter.floats(other, new float[256], List.of(1L, 256L)));
    malformed("tensor " + other + " has shape [1, 256], expected [32, 256], as model.layers.0.mlp.experts.0.gate_proj");
  }

  /** A table padded behind the last token, and a tokenizer with a token of pictures. */
  @Test
  void tableAndTokenizerMayDifferInSize() throws IOException {
    write(_ -> {});
    var table = new float[520 * 256];
    rewrite(
        name -> !name.equals("model.embed_tokens.weight") && !name.equals("lm_head.weight"),
        FolderWriter.floats("model.embed_tokens.weight", table, List.of(520L, 256L)),
        FolderWriter.floats("lm_head.weight", table, List.of(520L, 256L)));
    try (Model model = Model.open(folder)) {
      assertEquals(520, model.spec().vocabSize());
      assertEquals(512, model.vocabularySize());
    }
    rewrite(
        name -> !name.equals("model.embed_tokens.weight") && !name.equals("lm_head.weight"),
        FolderWriter.floats("model.embed_tokens.weight", new float[500 * 256], List.of(500L, 256L)));
    try (Model model = Model.open(folder)) {
      assertEquals(500, model.vocabularySize());
    }
  }
}
