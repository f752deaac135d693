package io.gatun.model.hf;

import static io.gatun.model.hf.HfKey.flag;
import static io.gatun.model.hf.HfKey.integer;
import static io.gatun.model.hf.HfKey.number;

import io.gatun.tensors.Shown;
import io.gatun.tensors.UnsupportedModelException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The catalogue of models that folders may hold, by the {@code model_type} of their {@code config.json}; and what all
 * of them share.
 */
final class HfFamilies {
  /** Keys that mean the same in all configurations that have them. */
  static final List<HfKey> KEYS =
      List.of(
          integer("vocab_size", "vocab_size"),
          integer("context_length", "max_position_embeddings"),
          integer("embedding_length", "hidden_size"),
          integer("block_count", "num_hidden_layers"),
          integer("feed_forward_length", "intermediate_size"),
          integer("attention.head_count", "num_attention_heads"),
          integer("attention.head_count_kv", "num_key_value_heads"),
          integer("attention.key_length", "head_dim"),
          integer("attention.value_length", "head_dim"),
          integer("attention.sliding_window", "sliding_window"),
          number("attention.layer_norm_rms_epsilon", "rms_norm_eps"),
          number("attention.layer_norm_epsilon", "layer_norm_eps", "layer_norm_epsilon", "norm_epsilon"),
          integer("expert_count", "num_local_experts", "num_experts", "n_routed_experts"),
          integer("expert_used_count", "num_experts_per_tok"),
          integer("expert_feed_forward_length", "moe_intermediate_size"));

  /** What tensors are called wherever there are any, without {@code model.} or {@code model.layers.N.} in front. */
  static final Map<String, String> TENSORS =
      HfFamily.table(
          """
          embed_tokens                     token_embd
          norm                             output_norm
          lm_head                          output
          input_layernorm                  attn_norm
          self_attn.q_proj                 attn_q
          self_attn.k_proj                 attn_k
          self_attn.v_proj                 attn_v
          self_attn.qkv_proj               attn_qkv
          self_attn.o_proj                 attn_output
          self_attn.q_norm                 attn_q_norm
          self_attn.k_norm                 attn_k_norm
          post_attention_layernorm         ffn_norm
          pre_feedforward_layernorm        ffn_norm
          post_feedforward_layernorm       post_ffw_norm
          mlp.gate_proj                    ffn_gate
          mlp.up_proj                      ffn_up
          mlp.gate_up_proj                 ffn_up
          mlp.down_proj                    ffn_down
          mlp.gate                         ffn_gate_inp
          mlp.experts.E.gate_proj          ffn_gate_exps
          mlp.experts.E.up_proj            ffn_up_exps
          mlp.experts.E.down_proj          ffn_down_exps
          mlp.experts.gate_up_proj         ffn_gate_up_exps
          mlp.experts.down_proj            ffn_down_exps""");

  /** Norms of results, which elsewhere has the name of the network's input's. */
  private static final String NORMED_RESULTS = "post_attention_layernorm post_attention_norm";

  private static final String PAIRING = "rope.pairing";
  private static final String HALVES = "halves";

  private static final Map<String, HfFamily> BY_TYPE = byType();

  private HfFamilies() {}

  /** @throws UnsupportedModelException naming those that we have */
  static HfFamily of(HfConfig config) {
    return named(config.modelType())
        .orElseThrow(
            () ->
                new UnsupportedModelException(
                    "%s: model_type '%s' is not supported, expected one of %s"
                        .formatted(
                            config.origin(),
                            Shown.of(config.text("model_type").orElseGet(config::modelType)),
                            String.join(", ", BY_TYPE.keySet()))));
  }

  static Optional<HfFamily> named(String modelType) {
    return Optional.ofNullable(BY_TYPE.get(modelType));
  }

  private static Map<String, HfFamily> byType() {
    var families = new TreeMap<String, HfFamily>(Comparator.comparing(HfConfig::plain));
    plain(families);
    experts(families);
    latent(families);
    gemma(families);
    cohere(families);
    others(families);
    return families;
  }

  private static void plain(Map<String, HfFamily> families) {
    put(families, HfFamily.of("llama").withConstant(PAIRING, HALVES), "llama", "mistral");
    put(families, HfFamily.of("qwen2"), "qwen2", "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text");
    put(families, HfFamily.of("qwen3"), "qwen3", "qwen3_vl_text");
    put(families, HfFamily.of("phi3"), "phi3");
    put(
        families,
        HfFamily.of("smollm3").withConstant(PAIRING, HALVES).withRequirement("no_rope_layer_interval", 4L),
        "smollm3");
    put(families, granite("granite"), "granite");
    put(families, HfFamily.of("olmo2").withTensors(NORMED_RESULTS), "olmo2", "olmo3");
    put(
        families,
        HfFamily.of("olmo")
            .withConstant(PAIRING, HALVES)
            .withConstant("attention.layer_norm_epsilon", 1e-5)
            .withKeys(number("attention.clamp_kqv", "clip_qkv")),
        "olmo");
    put(families, HfFamily.of("seed_oss").withTensors(NORMED_RESULTS), "seed_oss");
  }

  private static HfFamily granite(String architecture) {
    return HfFamily.of(architecture)
        .withConstant(PAIRING, HALVES)
        .withKeys(
            number("embedding_scale", "embedding_multiplier"),
            number("residual_scale", "residual_multiplier"),
            number("attention.scale", "attention_multiplier"),
            number("logit_scale", "logits_scaling"));
  }

  private static void experts(Map<String, HfFamily> families) {
    put(
        families,
        HfFamily.of("llama")
            .withConstant(PAIRING, HALVES)
            .withTensors(
                """
                block_sparse_moe.gate         ffn_gate_inp
                block_sparse_moe.experts.E.w1 ffn_gate_exps
                block_sparse_moe.experts.E.w2 ffn_down_exps
                block_sparse_moe.experts.E.w3 ffn_up_exps"""),
        "mixtral");
    HfKey renormalized = flag("expert_weights_norm", "norm_topk_prob");
    put(
        families,
        HfFamily.of("qwen2moe")
            .withKeys(renormalized, integer("expert_shared_feed_forward_length", "shared_expert_intermediate_size"))
            .withTensors(
                """
                mlp.shared_expert.gate_proj ffn_gate_shexp
                mlp.shared_expert.up_proj   ffn_up_shexp
                mlp.shared_expert.down_proj ffn_down_shexp
                mlp.shared_expert_gate      ffn_gate_inp_shexp"""),
        "qwen2_moe");
    put(families, HfFamily.of("qwen3moe").withKeys(renormalized).withDefault("norm_topk_prob", false), "qwen3_moe");
    put(families, HfFamily.of("olmoe").withKeys(renormalized), "olmoe");
    put(
        families,
        granite("granitemoe")
            .withTensors(
                """
                block_sparse_moe.router.layer  ffn_gate_inp
                block_sparse_moe.input_linear  ffn_gate_up_exps
                block_sparse_moe.output_linear ffn_down_exps"""),
        "granitemoe");
    put(
        families,
        HfFamily.of("gpt-oss")
            .withConstant("expert_gate_up_alternate", true)
            .withTensors(NORMED_RESULTS)
            .withTensors(
                """
                self_attn.sinks               attn_sinks.weight
                mlp.router                    ffn_gate_inp
                mlp.experts.gate_up_proj_bias ffn_gate_up_exps.bias
                mlp.experts.down_proj_bias    ffn_down_exps.bias"""),
        "gpt_oss");
  }

  /** Latent attention, and experts as these models have them. */
  private static void latent(Map<String, HfFamily> families) {
    HfFamily deepseek =
        sharedExperts("deepseek2")
            .withKeys(
                HfKey.sum("attention.key_length", "qk_nope_head_dim", "qk_rope_head_dim"),
                integer("attention.value_length", "v_head_dim"),
                integer("attention.kv_lora_rank", "kv_lora_rank"),
                integer("attention.q_lora_rank", "q_lora_rank"))
            .withTensors(
                """
                self_attn.q_a_proj           attn_q_a
                self_attn.q_a_layernorm      attn_q_a_norm
                self_attn.q_b_proj           attn_q_b
                self_attn.kv_a_proj_with_mqa attn_kv_a_mqa
                self_attn.kv_a_layernorm     attn_kv_a_norm
                self_attn.kv_b_proj          attn_kv_b""");
    put(
        families,
        deepseek
            .withConstant("expert_gating_func", 1L)
            .withRequirement("topk_method", "greedy")
            .withRequirement("scoring_func", "softmax"),
        "deepseek_v2");
    put(
        families,
        deepseek
            .withKeys(integer("expert_group_count", "n_group"), integer("expert_group_used_count", "topk_group"))
            .withConstant("expert_gating_func", 2L)
            .withDefault("norm_topk_prob", true)
            .withRequirement("rope_interleave", true)
            .withRequirement("scoring_func", "sigmoid"),
        "deepseek_v3",
        "kimi_k2");
  }

  private static HfFamily sharedExperts(String architecture) {
    return HfFamily.of(architecture)
        .withKeys(
            integer("expert_shared_count", "n_shared_experts"),
            integer("leading_dense_block_count", "first_k_dense_replace"),
            number("expert_weights_scale", "routed_scaling_factor"),
            flag("expert_weights_norm", "norm_topk_prob"))
        .withTensors(
            """
            mlp.gate.e_score_correction_bias exp_probs_b.bias
            mlp.shared_experts.gate_proj     ffn_gate_shexp
            mlp.shared_experts.up_proj       ffn_up_shexp
            mlp.shared_experts.down_proj     ffn_down_shexp""");
  }

  private static void gemma(Map<String, HfFamily> families) {
    HfFamily first =
        HfFamily.of("gemma")
            .withGainsBelowOne()
            .withActivations("gelu_pytorch_tanh", "gelu")
            .withDefault("head_dim", 256L);
    put(families, first, "gemma");
    HfFamily normed =
        first.withTensors(NORMED_RESULTS).withKeys(HfKey.inverseRoot("attention.scale", "query_pre_attn_scalar"));
    put(
        families,
        normed
            .as("gemma2")
            .withKeys(
                number("attn_logit_softcapping", "attn_logit_softcapping"),
                number("final_logit_softcapping", "final_logit_softcapping")),
        "gemma2");
    put(
        families,
        normed
            .as("gemma3")
            .withKeys(
                number("final_logit_softcapping", "final_logit_softcapping"),
                integer("attention.sliding_window_pattern", "sliding_window_pattern", "_sliding_window_pattern"))
            .withDefault("num_attention_heads", 8L)
            .withDefault("num_key_value_heads", 4L)
            .withDefault("max_position_embeddings", 131072L)
            .withDefault("query_pre_attn_scalar", 256L)
            .withDefault("rms_norm_eps", 1e-6)
            .withDefault("rope_theta", 1e6)
            .withDefault("rope_local_base_freq", 1e4)
            .withDefault("sliding_window", 4096L),
        "gemma3",
        "gemma3_text");
  }

  private static void cohere(Map<String, HfFamily> families) {
    HfFamily first =
        HfFamily.of("command-r")
            .withKeys(number("logit_scale", "logit_scale"))
            .withDefault("layer_norm_eps", 1e-5)
            .withDefault("logit_scale", 0.0625);
    put(families, first, "cohere");
    put(
        families,
        first
            .as("cohere2")
            .withKeys(integer("attention.sliding_window_pattern", "sliding_window_pattern"))
            .withDefault("sliding_window", 4096L),
        "cohere2");
  }

  private static void others(Map<String, HfFamily> families) {
    put(
        families,
        HfFamily.of("starcoder2")
            .withActivations("gelu_pytorch_tanh")
            .withTensors(
                """
                mlp.c_fc   ffn_up
                mlp.c_proj ffn_down"""),
        "starcoder2");
    put(families, HfFamily.of("stablelm"), "stablelm");
    put(
        families,
        HfFamily.of("nemotron")
            .withGainsBelowOne()
            .withActivations("relu2")
            .withKeys(number("attention.layer_norm_epsilon", "norm_eps")),
        "nemotron");
    put(
        families,
        HfFamily.of("glm4")
            .withTensors(
                """
                post_self_attn_layernorm post_attention_norm
                post_mlp_layernorm       post_ffw_norm"""),
        "glm4");
    put(
        families,
        sharedExperts("glm4moe").withConstant("expert_gating_func", 2L).withTensors(NORMED_RESULTS),
        "glm4_moe");
  }

  private static void put(Map<String, HfFamily> families, HfFamily family, String... types) {
    for (String type : types) {
      families.put(type, family);
    }
  }
}
