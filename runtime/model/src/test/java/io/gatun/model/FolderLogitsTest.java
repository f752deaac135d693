package io.gatun.model;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.KvType;
import io.gatun.device.ReferenceDevice;
import io.gatun.gguf.GgufFile;
import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import io.gatun.safetensors.SafetensorsWriter;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One model in two containers: the reference's logits from a folder that was written of the reference's GGUF file. */
class FolderLogitsTest {
  private static final String NORMED_RESULTS =
      """
      post_attention_norm post_attention_layernorm
      post_ffw_norm post_feedforward_layernorm""";
  private static final String NORMED_TWICE = NORMED_RESULTS + "\nffn_norm pre_feedforward_layernorm";
  private static final String LATENT =
      """
      attn_q_a self_attn.q_a_proj
      attn_q_a_norm self_attn.q_a_layernorm
      attn_q_b self_attn.q_b_proj
      attn_kv_a_mqa self_attn.kv_a_proj_with_mqa
      attn_kv_a_norm self_attn.kv_a_layernorm
      attn_kv_b self_attn.kv_b_proj
      exp_probs_b mlp.gate.e_score_correction_bias!
      ffn_gate_shexp mlp.shared_experts.gate_proj
      ffn_up_shexp mlp.shared_experts.up_proj
      ffn_down_shexp mlp.shared_experts.down_proj""";

  static final Map<String, FolderWriter> KINDS = kinds();

  @TempDir Path folder;

  private static Map<String, FolderWriter> kinds() {
    var kinds = new TreeMap<String, FolderWriter>();
    kinds.put("llama", FolderWriter.of("llama").unpermuting());
    kinds.put("llama-rope-linear", FolderWriter.of("llama").unpermuting());
    kinds.put("llama-rope-yarn", FolderWriter.of("llama").unpermuting());
    kinds.put("mistral", FolderWriter.of("mistral").unpermuting());
    kinds.put(
        "llama-rope-llama3",
        FolderWriter.of("llama").named("rope_freqs -").unpermuting().with(
            config -> {
              ObjectNode scaling = config.putObject("rope_scaling").put("rope_type", "llama3").put("factor", 8.0);
              scaling.put("low_freq_factor", 1.0).put("high_freq_factor", 4.0);
              scaling.put("original_max_position_embeddings", 128);
            }));
    kinds.put("smollm3", FolderWriter.of("smollm3").unpermuting());
    kinds.put("qwen2", FolderWriter.of("qwen2"));
    kinds.put("qwen3", FolderWriter.of("qwen3"));
    kinds.put("phi3", FolderWriter.of("phi3").named("ffn_up mlp.gate_up_proj"));
    kinds.put("olmo", FolderWriter.of("olmo").unpermuting().with(config -> config.put("clip_qkv", 1.5)));
    kinds.put("olmo2", FolderWriter.of("olmo2").named(NORMED_RESULTS));
    kinds.put(
        "granite",
        FolderWriter.of("granite").unpermuting().with(
            config -> {
              config.set("logits_scaling", config.remove("logit_scale"));
            }));
    kinds.put("cohere2", FolderWriter.of("cohere2"));
    FolderWriter gemma = FolderWriter.of("gemma").withGainsBelowOne();
    kinds.put("gemma", gemma.with(config -> config.put("hidden_act", "gelu").put("head_dim", 128)));
    kinds.put(
        "gemma2",
        FolderWriter.of("gemma2").withGainsBelowOne().named(NORMED_TWICE).with(
            config -> {
              config.put("hidden_activation", "gelu_pytorch_tanh").put("query_pre_attn_scalar", 32);
              config.put("attn_logit_softcapping", 50.0).put("final_logit_softcapping", 30.0);
            }));
    kinds.put(
        "gemma3",
        FolderWriter.of("gemma3_text").withGainsBelowOne().named(NORMED_TWICE).with(
            config -> {
              config.put("hidden_activation", "gelu_pytorch_tanh").put("query_pre_attn_scalar", 48);
              config.put("sliding_window_pattern", 6).put("rope_local_base_freq", 10_000.0);
              config.putNull("final_logit_softcapping");
            }));
    kinds.put(
        "starcoder2",
        FolderWriter.of("starcoder2")
            .named("ffn_up mlp.c_fc\nffn_down mlp.c_proj")
            .with(config -> config.put("hidden_act", "gelu_pytorch_tanh")));
    kinds.put("stablelm", FolderWriter.of("stablelm").with(config -> config.put("partial_rotary_factor", 0.25)));
    kinds.put(
        "nemotron",
        FolderWriter.of("nemotron").withGainsBelowOne().with(
            config -> config.put("hidden_act", "relu2").put("partial_rotary_factor", 0.5)));
    kinds.put(
        "glm4",
        FolderWriter.of("glm4")
            .named(
                """
                post_attention_norm post_self_attn_layernorm
                post_ffw_norm post_mlp_layernorm
                ffn_up mlp.gate_up_proj""")
            .with(config -> config.put("partial_rotary_factor", 0.5)));
    experts(kinds);
    return kinds;
  }

  private static void experts(Map<String, FolderWriter> kinds) {
    kinds.put(
        "mixtral",
        FolderWriter.of("mixtral").unpermuting()
            .named(
                """
                ffn_gate_inp block_sparse_moe.gate
                ffn_gate_exps block_sparse_moe.experts.%d.w1
                ffn_down_exps block_sparse_moe.experts.%d.w2
                ffn_up_exps block_sparse_moe.experts.%d.w3""")
            .with(config -> config.set("num_local_experts", config.remove("num_experts"))));
    kinds.put("qwen3moe", FolderWriter.of("qwen3_moe").with(config -> config.put("norm_topk_prob", true)));
    kinds.put("olmoe", FolderWriter.of("olmoe").with(config -> config.put("norm_topk_prob", false)));
    kinds.put(
        "qwen2moe",
        FolderWriter.of("qwen2_moe")
            .named(
                """
                ffn_gate_shexp mlp.shared_expert.gate_proj
                ffn_up_shexp mlp.shared_expert.up_proj
                ffn_down_shexp mlp.shared_expert.down_proj
                ffn_gate_inp_shexp mlp.shared_expert_gate""")
            .with(config -> config.put("norm_topk_prob", false).put("shared_expert_intermediate_size", 32)));
    kinds.put("command-r", FolderWriter.of("cohere"));
    kinds.put("seed_oss", FolderWriter.of("seed_oss").named("post_attention_norm post_attention_layernorm"));
    kinds.put(
        "deepseek2",
        FolderWriter.of("deepseek_v2").named(LATENT).with(
            config -> {
              latent(config, 32, 16, 32, 64, 64).put("first_k_dense_replace", 1);
              config.withObject("rope_scaling").put("mscale_all_dim", 0.707).put("mscale", 0.707);
            }));
    kinds.put(
        "deepseek2/yarn",
        FolderWriter.of("deepseek_v3").named(LATENT).with(
            config -> {
              latent(config, 16, 8, 16, 24, 20).put("n_group", 1).put("topk_group", 1);
              config.withObject("rope_scaling").put("mscale_all_dim", 1.0).put("mscale", 1.0);
            }));
    kinds.put(
        "glm4moe",
        FolderWriter.of("glm4_moe").named(LATENT + "\npost_attention_norm post_attention_layernorm").with(config -> {
          config.set("n_routed_experts", config.remove("num_experts"));
          config.put("partial_rotary_factor", 0.5);
        }));
  }

  private static ObjectNode latent(ObjectNode config, int content, int rotated, int value, int latent, int query) {
    config.set("n_routed_experts", config.remove("num_experts"));
    config.put("qk_nope_head_dim", content).put("qk_rope_head_dim", rotated).put("v_head_dim", value);
    return config.put("kv_lora_rank", latent).put("q_lora_rank", query).put("head_dim", rotated);
  }

  static List<String> models() {
    return ReferenceModel.withLogits().stream().filter(KINDS::containsKey).toList();
  }

  static List<TinyModel> tinyModels() {
    return TinyModel.all().stream().filter(tiny -> KINDS.containsKey(tiny.name())).toList();
  }

  /** Models that there is no file of. */
  private static FolderWriter kind(String name) {
    return requireNonNull(KINDS.get(name), name);
  }

  @ParameterizedTest
  @MethodSource("tinyModels")
  void aFolderGivesLlamaCppsLogits(TinyModel tiny) throws IOException {
    Path gguf = folder.resolve("tiny.gguf");
    tiny.write(gguf);
    Path written = folder.resolve("tiny");
    kind(tiny.name()).write(gguf, written);
    PeerLogitsTest.logitsAreLlamaCpps(tiny, written);
  }

  @ParameterizedTest
  @MethodSource("models")
  void aFolderGivesTheReferencesLogits(String name) throws IOException {
    kind(name).write(Oracle.require("models/" + name + ".gguf"), folder);
    assertReferences(name);
  }

  /** Experts of four bits, in which rows of the gate and of the other map alternate, in a file of their own. */
  @Test
  void fusedExpertsOfFourBits() throws IOException {
    assumeTrue(Oracle.find("models/gpt-oss.gguf").isPresent(), Oracle.missing("models/gpt-oss.gguf"));
    Path gguf = Oracle.require("models/gpt-oss.gguf");
    FolderWriter.of("gpt_oss")
        .named(
            """
            attn_sinks self_attn.sinks!
            post_attention_norm post_attention_layernorm
            ffn_gate_inp mlp.router
            ffn_gate_exps -
            ffn_up_exps -
            ffn_down_exps -""")
        .with(
            config -> {
              config.set("num_local_experts", config.remove("num_experts"));
              config.set("intermediate_size", config.remove("moe_intermediate_size"));
              config.putArray("layer_types").add("sliding_attention").add("full_attention");
              config.withObject("rope_scaling").put("beta_fast", 32.0).put("beta_slow", 1.0);
            })
        .write(gguf, folder);
    MicroscaledExperts.write(gguf, folder.resolve("experts.safetensors"));
    assertReferences("gpt-oss");
    assertReferences("gpt-oss", ConvertedFolderTest.converted(folder));
  }

  /** A model that sees pictures, too, describes the text in an object of its own. */
  @Test
  void aModelWithinAnother() throws IOException {
    assumeTrue(Oracle.find("models/gemma3.gguf").isPresent(), Oracle.missing("models/gemma3.gguf"));
    FolderWriter text = kind("gemma3");
    text.beginning("language_model.model.")
        .with(
            config -> {
              ObjectNode nested = config.deepCopy();
              config.removeAll();
              config.put("model_type", "gemma3").put("hidden_size", 7).set("text_config", nested);
              config.putObject("vision_config").put("hidden_size", 1152);
            })
        .write(Oracle.require("models/gemma3.gguf"), folder);
    new SafetensorsWriter()
        .add(FolderWriter.floats("vision_tower.vision_model.post_layernorm.weight", new float[2], List.of(2L)))
        .add(FolderWriter.floats("multi_modal_projector.mm_soft_emb_norm.weight", new float[2], List.of(2L)))
        .write(folder.resolve("vision.safetensors"));
    assertReferences("gemma3");
  }

  /** What divides frequencies is in the configuration. */
  @ParameterizedTest
  @ValueSource(strings = {"phi3/long", "phi3/short"})
  void positionsByTheLengthOfTheContext(String name) throws IOException {
    TinyModel tiny = tiny(name);
    Path gguf = folder.resolve("tiny.gguf");
    tiny.write(gguf);
    Path written = folder.resolve("tiny");
    try (Checkpoint source = GgufFile.open(gguf)) {
      String key = "phi3.rope.";
      double rotated = source.metadata().number(key + "scaling.attn_factor");
      long original = source.metadata().integer(key + "scaling.original_context_length");
      long dims = source.metadata().integer(key + "dimension_count");
      FolderWriter.of("phi3")
          .named("ffn_up mlp.gate_up_proj\nrope_factors_long -\nrope_factors_short -")
          .with(
              config -> {
                config.put("original_max_position_embeddings", original).put("partial_rotary_factor", dims / 16.0);
                ObjectNode scaling = config.putObject("rope_scaling").put("type", "longrope");
                scaling.put("attention_factor", rotated);
                for (String which : new String[] {"long", "short"}) {
                  TensorData factors = requireNonNull(source.tensors().get("rope_factors_" + which + ".weight"));
                  var values = new float[(int) factors.values()];
                  factors.decode(0, 1, values);
                  ArrayNode array = scaling.putArray(which + "_factor");
                  for (float value : values) {
                    array.add(value);
                  }
                }
              })
          .write(gguf, written);
    }
    PeerLogitsTest.logitsAreLlamaCpps(tiny, written);
  }

  /** Experts of a block in one tensor of floats, gate and up in another. */
  @Test
  void fusedExpertsOfFloats() throws IOException {
    TinyModel tiny = tiny("granitemoe");
    Path gguf = folder.resolve("tiny.gguf");
    tiny.write(gguf);
    Path written = folder.resolve("tiny");
    kind("granite")
        .as("granitemoe")
        .named(
            """
            ffn_gate_inp block_sparse_moe.router.layer
            ffn_gate_exps -
            ffn_up_exps -
            ffn_down_exps block_sparse_moe.output_linear""")
        .with(config -> config.set("num_local_experts", config.remove("num_experts")))
        .write(gguf, written);
    try (Checkpoint source = GgufFile.open(gguf)) {
      var writer = new SafetensorsWriter();
      for (int layer = 0; layer < 2; layer++) {
        TensorData gate = requireNonNull(source.tensors().get("blk." + layer + ".ffn_gate_exps.weight"));
        TensorData up = requireNonNull(source.tensors().get("blk." + layer + ".ffn_up_exps.weight"));
        int experts = Math.toIntExact(gate.shape().getFirst());
        int size = Math.toIntExact(gate.values()) / experts;
        int rows = Math.toIntExact(gate.rows()) / experts;
        var both = new float[2 * experts * size];
        var part = new float[size];
        for (int half = 0; half < 2 * experts; half++) {
          (half % 2 == 0 ? gate : up).decode((long) half / 2 * rows, rows, part);
          System.arraycopy(part, 0, both, half * size, size);
        }
        String name = "model.layers." + layer + ".block_sparse_moe.input_linear.weight";
        writer.add(FolderWriter.floats(name, both, List.of((long) experts, 2L * rows, gate.cols())));
      }
      writer.write(written.resolve("experts.safetensors"));
    }
    PeerLogitsTest.logitsAreLlamaCpps(tiny, written);
  }

  private static TinyModel tiny(String name) {
    return TinyModel.all().stream().filter(tiny -> tiny.name().equals(name)).findFirst().orElseThrow();
  }

  private void assertReferences(String name) {
    assertReferences(name, folder);
  }

  static void assertReferences(String name, Path path) {
    var reference = ReferenceModel.of(name);
    try (Model model = Model.open(path);
        var device = new ReferenceDevice(ActivationPrecision.F32)) {
      assertEquals(List.of(), model.warnings(), "every key of the architecture is known");
      for (String which : new String[] {"short", "long"}) {
        int[] ids = reference.prompt(which);
        List<float[]> computed =
            ReferenceModel.compute(model, device, KvType.F32, model.spec().contextLength(), ids, 64);
        Npy expected = reference.logits(which);
        int rows = expected.shape().size() == 2 ? expected.shape().getFirst() : 1;
        for (int row = 0; row < rows; row++) {
          float[] logits = expected.shape().size() == 2 ? expected.row(row) : expected.values();
          float[] found = computed.get(ids.length - rows + row);
          assertArrayEquals(logits, found, reference.tolerance(), which + " row " + row);
        }
      }
    }
  }
}
