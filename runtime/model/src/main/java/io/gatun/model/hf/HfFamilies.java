package io.gatun.model.hf;

import static io.gatun.model.hf.HfKey.flag;
import static io.gatun.model.hf.HfKey.integer;
import static io.gatun.model.hf.HfKey.number;

import io.gatun.tensors.UnsupportedModelException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The catalogue of models that folders may hold, by the {@code model_type} of their {@code config.json}; and what all of
 * them share.
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

  /** What tensors are called in all folders that have them, without {@code model.} or {@code model.layers.N.} in front. */
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
    HfFamily family = BY_TYPE.get(config.modelType());
    if (family == null) {
      throw new UnsupportedModelException(
          "%s: model_type '%s' is not supported, expected one of %s"
              .formatted(
                  config.origin(), config.text("model_type").orElseGet(config::modelType), String.join(", ", BY_TYPE.keySet())));
    }
    return family;
  }

  private static Map<String, HfFamily> byType() {
    var families = new TreeMap<String, HfFamily>();
    HfFamily llama = HfFamily.of("llama").withConstant(PAIRING, HALVES);
    put(families, llama, "llama", "mistral");
    put(families, HfFamily.of("qwen2"), "qwen2");
    put(families, HfFamily.of("qwen3"), "qwen3");
    return families;
  }

  private static void put(Map<String, HfFamily> families, HfFamily family, String... types) {
    for (String type : types) {
      families.put(HfConfig.plain(type), family);
    }
  }
}
