package io.gatun.model;

import io.gatun.device.RopeSpec.Pairing;
import io.gatun.tensors.FormatException;
import java.util.Arrays;
import java.util.Optional;

/** What a model's metadata says about rotary positions. */
final class RopeKeys {
  private final ModelKeys keys;
  private final Pairing pairing;
  private double betaFast = 32;

  RopeKeys(ModelKeys keys, Pairing pairing) {
    this.keys = keys;
    this.pairing = keys.string("rope.pairing").map(name -> stated(keys, name)).orElse(pairing);
    keys.ignore("rope.scaling.finetuned");
  }

  /** Of files whose rows have another order than the architecture's usual ones. */
  private static Pairing stated(ModelKeys keys, String name) {
    return switch (name) {
      case "halves" -> Pairing.HALVES;
      case "adjacent" -> Pairing.ADJACENT;
      default -> throw keys.wrong("rope.pairing", "is '%s', expected halves or adjacent".formatted(name));
    };
  }

  /** The turns of yarn's fast pairs where no key says them. */
  RopeKeys betaFast(double turns) {
    betaFast = turns;
    return this;
  }

  /** As its keys describe, all scaling included. */
  Rope rope(int headDim) {
    return rope(headDim, dims("rope.dimension_count", headDim));
  }

  /** Likewise, of so many dimensions. */
  Rope rope(int headDim, int dims) {
    return rope(headDim, dims, base("rope.freq_base", 10_000));
  }

  /** Likewise, of another base. */
  Rope rope(int headDim, int dims, double usualBase) {
    double base = stretched(usualBase, headDim);
    double linear = keys.number("rope.scale_linear", 0, Float.MAX_VALUE, 0);
    double factor = keys.number("rope.scaling.factor", 0, Float.MAX_VALUE, linear);
    int context = keys.integer("context_length", 1, Integer.MAX_VALUE);
    int original = keys.integer("rope.scaling.original_context_length", 1, Integer.MAX_VALUE, context);
    double attention = keys.number("rope.scaling.attn_factor", 0, Float.MAX_VALUE, 1);
    double shortening = keys.number("rope.scaling.yarn_log_multiplier", 0, Float.MAX_VALUE, 0);
    String type = keys.string("rope.scaling.type").orElse("linear");
    double scale = type.equals("none") || factor == 0 ? 1 : 1 / factor;
    Optional<Rope.Yarn> yarn =
        switch (type) {
          case "none", "linear", "longrope" -> Optional.empty();
          case "yarn" ->
              Optional.of(
                  new Rope.Yarn(
                      original,
                      keys.number("rope.scaling.yarn_beta_fast", 0, Float.MAX_VALUE, betaFast),
                      keys.number("rope.scaling.yarn_beta_slow", 0, Float.MAX_VALUE, 1),
                      keys.flag("rope.scaling.yarn_truncate", true)));
          default ->
              throw keys.wrong("rope.scaling.type", "is '%s', expected none, linear, yarn or longrope".formatted(type));
        };
    return new Rope(pairing, headDim, dims, base, scale, yarn, divisors(dims / 2, original), attention / length(yarn, shortening, factor));
  }

  /** By how much yarn would lengthen the rotated values, but is not to. */
  private static double length(Optional<Rope.Yarn> yarn, double multiplier, double factor) {
    return yarn.isPresent() && factor > 1 ? 1 + 0.1 * multiplier * Math.log(factor) : 1;
  }

  /** The base of a model whose positions were stretched by a factor on it. */
  private double stretched(double base, int headDim) {
    double alpha = keys.number("rope.scaling.alpha", 0, Float.MAX_VALUE, 0);
    return alpha > 0 ? base * Math.pow(alpha, headDim / (headDim - 2.0)) : base;
  }

  /** Without scaling and divisors, as in layers with a window. */
  Rope unscaled(int headDim, int dims, double base) {
    return new Rope(pairing, headDim, dims, base, 1, Optional.empty(), new Rope.Divisors.None(), 1);
  }

  /** The base of the frequencies, by its key. */
  double base(String key, double fallback) {
    return keys.number(key, Float.MIN_NORMAL, Float.MAX_VALUE, fallback);
  }

  /** The dimensions that rotate, by their key; all of a head by default. */
  int dims(String key, int headDim) {
    int dims = keys.integer(key, 2, headDim, headDim);
    if (dims % 2 != 0) {
      throw keys.wrong(key, "is %d, expected an even number up to %d".formatted(dims, headDim));
    }
    return dims;
  }

  private Rope.Divisors divisors(int pairs, int originalContext) {
    if (keys.hasTensor("rope_freqs.weight")) {
      return new Rope.Divisors.Fixed(divisors("rope_freqs.weight", pairs));
    }
    if (keys.hasTensor("rope_factors_long.weight") || keys.hasTensor("rope_factors_short.weight")) {
      return new Rope.Divisors.ByContext(
          originalContext, divisors("rope_factors_short.weight", pairs), divisors("rope_factors_long.weight", pairs));
    }
    return new Rope.Divisors.None();
  }

  private float[] divisors(String name, int pairs) {
    int stored = Math.toIntExact(Math.clamp(keys.dimension(name, 0), pairs, Integer.MAX_VALUE));
    float[] values = Arrays.copyOf(keys.constants(name, stored), pairs); // some layers rotate fewer dimensions than others
    for (float value : values) {
      if (!(value > 0 && value <= Float.MAX_VALUE)) {
        throw new FormatException("%s: tensor %s holds %s, expected finite numbers above 0".formatted(keys.origin(), name, value));
      }
    }
    return values;
  }
}
