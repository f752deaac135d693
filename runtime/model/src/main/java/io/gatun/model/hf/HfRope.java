package io.gatun.model.hf;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What a configuration says about rotary positions, as keys and as the tensors in which GGUF files have what divides
 * the frequencies.
 *
 * @param keys without the architecture's prefix
 */
record HfRope(SequencedMap<String, Object> keys, List<TensorData> tensors) {
  /** Objects that describe how positions are scaled; of layers that see everything where there are others. */
  private static final List<String> OBJECTS =
      List.of("rope_parameters.", "rope_parameters.full_attention.", "rope_scaling.");

  /**
   * @throws FormatException if the configuration contradicts itself
   * @throws UnsupportedModelException if positions are scaled in a way that we do not know
   */
  static HfRope of(HfConfig config) {
    var keys = new LinkedHashMap<String, Object>();
    var reader = new Reader(config, keys);
    return new HfRope(keys, reader.read());
  }

  /** Reads one configuration. */
  private record Reader(HfConfig config, Map<String, Object> keys) {

    List<TensorData> read() {
      double base = number("rope_theta").or(() -> config.number("rope_theta")).orElse(10_000.0);
      keys.put("rope.freq_base", base);
      config
          .number("rope_parameters.sliding_attention.rope_theta")
          .or(() -> config.number("rope_local_base_freq"))
          .ifPresent(local -> keys.put("rope.freq_base_swa", local));
      int dims = dims();
      String type = text("rope_type").or(() -> text("type")).orElse("default");
      switch (type) {
        case "default", "mrope", "dynamic" -> {} // the last is as trained up to the length that it was trained for
        case "linear" -> scaling("linear");
        case "yarn" -> yarn();
        case "llama3" -> {
          return List.of(Floats.vector("rope_freqs.weight", llama3(base, dims)));
        }
        case "longrope", "su" -> {
          return longRope();
        }
        default ->
            throw new UnsupportedModelException(
                "%s: rope_type '%s' is not supported, expected default, linear, dynamic, yarn, llama3 or longrope"
                    .formatted(config.origin(), type));
      }
      return List.of();
    }

    /** The dimensions of a head that rotate. */
    private int dims() {
      Optional<Long> latent = config.integer("qk_rope_head_dim");
      long heads = Math.max(1, config.requireInteger("num_attention_heads"));
      long headDim = config.integer("head_dim").orElseGet(() -> config.requireInteger("hidden_size") / heads);
      Optional<Double> part = number("partial_rotary_factor").or(() -> config.number("partial_rotary_factor"));
      long dims = latent.orElseGet(() -> (long) (headDim * part.orElse(1.0)));
      if (latent.isPresent() || part.isPresent()) {
        keys.put("rope.dimension_count", dims);
      }
      return Math.toIntExact(Math.clamp(dims, 0, 1 << 20));
    }

    private double scaling(String type) {
      double factor = require("factor");
      keys.put("rope.scaling.type", type);
      keys.put("rope.scaling.factor", factor);
      return factor;
    }

    private void yarn() {
      double factor = scaling("yarn");
      keys.put("rope.scaling.original_context_length", original());
      number("beta_fast").ifPresent(turns -> keys.put("rope.scaling.yarn_beta_fast", turns));
      number("beta_slow").ifPresent(turns -> keys.put("rope.scaling.yarn_beta_slow", turns));
      OBJECTS.stream()
          .flatMap(prefix -> config.flag(prefix + "truncate").stream())
          .findFirst()
          .ifPresent(whole -> keys.put("rope.scaling.yarn_truncate", whole));
      Optional<Double> inLogits = number("mscale_all_dim").filter(scale -> scale != 0);
      Optional<Double> length =
          number("attention_factor")
              .or(() -> number("mscale").filter(scale -> scale != 0).flatMap(
                  scale -> inLogits.map(all -> magnitude(factor, scale) / magnitude(factor, all))));
      length.ifPresent(wanted -> keys.put("rope.scaling.attn_factor", wanted / magnitude(factor, 1)));
      if (config.integer("kv_lora_rank").isPresent()) {
        inLogits.ifPresent(scale -> keys.put("rope.scaling.yarn_log_multiplier", 0.1 * scale));
      }
    }

    /** By how much yarn lengthens rotated values. */
    private static double magnitude(double factor, double scale) {
      return factor > 1 ? 1 + 0.1 * scale * Math.log(factor) : 1;
    }

    /** What divides each frequency: long waves are stretched, short ones stay, with a ramp between. */
    private float[] llama3(double base, int dims) {
      double factor = require("factor");
      double low = require("low_freq_factor");
      double high = require("high_freq_factor");
      double original = original();
      var divisors = new float[dims / 2];
      for (int i = 0; i < divisors.length; i++) {
        double turns = original * Math.pow(base, -2.0 * i / dims) / (2 * Math.PI);
        double kept = Math.clamp((turns - low) / (high - low), 0.0, 1.0);
        divisors[i] = (float) (1 / ((1 - kept) / factor + kept));
      }
      return divisors;
    }

    private List<TensorData> longRope() {
      long original = original();
      keys.put("rope.scaling.original_context_length", original);
      double factor = (double) config.requireInteger("max_position_embeddings") / original;
      double length = factor > 1 ? Math.sqrt(1 + Math.log(factor) / Math.log(original)) : 1;
      keys.put("rope.scaling.attn_factor", number("attention_factor").orElse(length));
      return List.of(divisors("long"), divisors("short"));
    }

    private TensorData divisors(String which) {
      String name = which + "_factor";
      double[] values =
          OBJECTS.stream().flatMap(prefix -> config.numbers(prefix + name).stream()).findFirst()
              .orElseThrow(() -> config.missing("rope_scaling." + name, "an array of numbers"));
      var divisors = new float[values.length];
      for (int i = 0; i < divisors.length; i++) {
        divisors[i] = (float) values[i];
      }
      return Floats.vector("rope_factors_" + which + ".weight", divisors);
    }

    /** The context that the model was trained for before. */
    private long original() {
      String name = "original_max_position_embeddings";
      long original =
          OBJECTS.stream().flatMap(prefix -> config.integer(prefix + name).stream()).findFirst()
              .or(() -> config.integer(name))
              .orElseGet(() -> config.requireInteger("max_position_embeddings"));
      if (original < 1) {
        throw new FormatException("%s: %s is %d, expected at least 1".formatted(config.origin(), name, original));
      }
      return original;
    }

    private Optional<Double> number(String name) {
      return OBJECTS.stream().flatMap(prefix -> config.number(prefix + name).stream()).findFirst();
    }

    private Optional<String> text(String name) {
      return OBJECTS.stream().flatMap(prefix -> config.text(prefix + name).stream()).findFirst();
    }

    private double require(String name) {
      return number(name).orElseThrow(() -> config.missing("rope_scaling." + name, "a number"));
    }
  }
}
