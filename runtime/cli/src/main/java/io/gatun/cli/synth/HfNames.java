package io.gatun.cli.synth;

import java.util.Map;

/** The names that Hugging Face's checkpoints give to what GGUF calls otherwise. */
final class HfNames {
  static final String HEAD = "lm_head";

  private static final Map<String, String> OUTSIDE =
      Map.of("token_embd", "model.embed_tokens", "output_norm", "model.norm", "output", HEAD);

  private static final Map<String, String> IN_BLOCKS =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"),
          Map.entry("ffn_gate_inp", "mlp.gate"),
          Map.entry("ffn_gate_exps", "mlp.experts.%d.gate_proj"),
          Map.entry("ffn_up_exps", "mlp.experts.%d.up_proj"),
          Map.entry("ffn_down_exps", "mlp.experts.%d.down_proj"));

  private static final Map<String, String> IN_BLOCKS_OF_MIXTRAL =
      Map.of(
          "ffn_gate_inp", "block_sparse_moe.gate",
          "ffn_gate_exps", "block_sparse_moe.experts.%d.w1",
          "ffn_up_exps", "block_sparse_moe.experts.%d.w3",
          "ffn_down_exps", "block_sparse_moe.experts.%d.w2");

  private HfNames() {}

  /**
   * The name of a module.
   *
   * @param gguf the name in GGUF, without {@code .weight} or {@code .bias}
   * @return for experts with {@code %d} for the expert
   */
  static String module(Shape.Family family, String gguf) {
    if (!gguf.startsWith("blk.")) {
      return known(OUTSIDE, gguf);
    }
    int dot = gguf.indexOf('.', 4);
    String part = gguf.substring(dot + 1);
    boolean mixtral = family == Shape.Family.LLAMA && IN_BLOCKS_OF_MIXTRAL.containsKey(part);
    return "model.layers." + gguf.substring(4, dot) + "." + known(mixtral ? IN_BLOCKS_OF_MIXTRAL : IN_BLOCKS, part);
  }

  private static String known(Map<String, String> names, String name) {
    String known = names.get(name);
    if (known == null) {
      throw new IllegalArgumentException(name + ": has no name in a Hugging Face checkpoint");
    }
    return known;
  }
}
