package io.gatun.cli.synth;

import io.gatun.cli.terminal.Json;
import tools.jackson.databind.node.ObjectNode;

/** The {@code config.json} of a {@link Shape}. */
final class HfConfig {
  private HfConfig() {}

  /**
   * What describes the model, without its tokens and its quantization.
   *
   * @param plainType of what is not quantized, as PyTorch names it
   */
  static ObjectNode of(Shape shape, String plainType) {
    var block = shape.block();
    ObjectNode config = Json.object();
    config.putArray("architectures").add(architecture(shape));
    config.put("model_type", modelType(shape));
    config.put("torch_dtype", plainType);
    config.put("vocab_size", shape.words().size());
    config.put("hidden_size", block.width());
    config.put("intermediate_size", block.hidden());
    config.put("num_hidden_layers", shape.layers());
    config.put("num_attention_heads", block.heads());
    config.put("num_key_value_heads", block.headsKv());
    config.put("head_dim", block.headDim());
    config.put("hidden_act", "silu");
    config.put("max_position_embeddings", shape.context());
    config.put("rms_norm_eps", shape.family().eps);
    config.put("rope_theta", shape.rope().base());
    config.put("tie_word_embeddings", shape.head() == Shape.Head.TIED);
    if (shape.rope().factor() > 0) {
      config
          .putObject("rope_scaling")
          .put("rope_type", "llama3")
          .put("factor", shape.rope().factor())
          .put("low_freq_factor", SyntheticModel.LOW_FREQUENCY_FACTOR)
          .put("high_freq_factor", SyntheticModel.HIGH_FREQUENCY_FACTOR)
          .put("original_max_position_embeddings", SyntheticModel.ORIGINAL_CONTEXT);
    }
    experts(shape, config);
    return config;
  }

  private static void experts(Shape shape, ObjectNode config) {
    var experts = shape.experts();
    if (experts.count() == 0) {
      return;
    }
    config.put("num_experts_per_tok", experts.used());
    if (shape.family() == Shape.Family.QWEN3_MOE) {
      config.put("num_experts", experts.count()).put("moe_intermediate_size", experts.hidden());
      config.put("norm_topk_prob", true).put("decoder_sparse_step", 1).putArray("mlp_only_layers");
    } else {
      config.put("num_local_experts", experts.count());
    }
  }

  /** The kind of model as its configuration names it. */
  static String modelType(Shape shape) {
    return switch (shape.family()) {
      case LLAMA -> shape.experts().count() > 0 ? "mixtral" : "llama";
      case QWEN2 -> "qwen2";
      case QWEN3 -> "qwen3";
      case QWEN3_MOE -> "qwen3_moe";
    };
  }

  private static String architecture(Shape shape) {
    return switch (shape.family()) {
      case LLAMA -> shape.experts().count() > 0 ? "MixtralForCausalLM" : "LlamaForCausalLM";
      case QWEN2 -> "Qwen2ForCausalLM";
      case QWEN3 -> "Qwen3ForCausalLM";
      case QWEN3_MOE -> "Qwen3MoeForCausalLM";
    };
  }
}
