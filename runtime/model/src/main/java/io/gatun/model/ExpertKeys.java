package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RouterSpec;
import io.gatun.device.RouterSpec.Weighting;
import java.util.Optional;

/**
 * What a model's metadata and tensors say about experts. Where nothing else is said, weights are a softmax over all
 * experts, renormalised; a shared expert, biases, and a bias of the choice are used where there are any.
 */
final class ExpertKeys {
  private static final int MANY = Integer.MAX_VALUE;

  private final ModelKeys keys;
  private final int width;
  private final NormKeys norms;
  private final int count;
  private final int used;
  private Weighting weighting = Weighting.SOFTMAX_RENORMALIZED;
  private FeedForward.Weighed weighed = FeedForward.Weighed.OUTPUT;
  private FeedForward.Source routerSource = FeedForward.Source.INPUT;
  private String routerNorm = Decoder.NONE;
  private float routerScale = 1;
  private float sharedScale = 1;
  private String sharedSuffix = "_shexp";
  private float[] limits = {};
  private float[] sharedLimits = {};
  private boolean gated = true;
  private ActivationFunction function = ActivationFunction.SILU;

  ExpertKeys(ModelKeys keys, int width, NormKeys norms) {
    this.keys = keys;
    this.width = width;
    this.norms = norms;
    count = keys.integer("expert_count", 0, MANY, 0);
    used = keys.integer("expert_used_count", count == 0 ? 0 : 1, count, 0);
    keys.ignore("leading_dense_block_count"); // the tensors say which blocks have experts
    keys.ignore("interleave_moe_layer_step");
  }

  void weighting(Weighting which) {
    weighting = which;
  }

  /** Softmax or a logistic function, renormalised or not, as the keys say. */
  void weightingByKeys() {
    weightingByKeys(1, false);
  }

  /** Likewise, with what holds where they do not say it. */
  void weightingByKeys(int usualFunction, boolean usuallyRenormalized) {
    boolean renormalized = keys.flag("expert_weights_norm", usuallyRenormalized);
    int function = keys.integer("expert_gating_func", 0, MANY, 0);
    weighting =
        switch (function == 0 ? usualFunction : function) {
          case 1 -> renormalized ? Weighting.SOFTMAX_RENORMALIZED : Weighting.SOFTMAX;
          case 2 -> renormalized ? Weighting.SIGMOID_RENORMALIZED : Weighting.SIGMOID;
          default -> throw keys.wrong("expert_gating_func", "is not known, expected 1 (softmax) or 2 (sigmoid)");
        };
  }

  void weighed(FeedForward.Weighed what) {
    weighed = what;
  }

  void function(ActivationFunction f) {
    function = f;
  }

  /** Experts, the shared one too, have no gate. */
  void plain(ActivationFunction f) {
    gated = false;
    function = f;
  }

  /** The router sees something else than the experts do. */
  void routerSees(FeedForward.Source source) {
    routerSource = source;
  }

  /** What the router sees is multiplied by this, behind a norm whose gain has this name. */
  void routerInput(String norm, double factor) {
    routerNorm = norm;
    routerScale = (float) factor;
  }

  /** The end of the names of the shared expert's tensors, and a factor on the sum of it and the chosen ones. */
  void shared(String suffix, double factor) {
    sharedSuffix = suffix;
    sharedScale = (float) factor;
  }

  /** Bounds of the factors in gated experts, and in the shared one, by layer; 0 for none. */
  void limits(float[] byLayer, float[] sharedByLayer) {
    limits = byLayer;
    sharedLimits = sharedByLayer;
  }

  /** Whether a block chooses experts. */
  boolean has(int layer) {
    return count > 0 && keys.hasTensor("blk." + layer + ".ffn_gate_inp.weight");
  }

  /** Whether there are experts, which then some block must choose. */
  boolean isEmpty() {
    return count <= 1;
  }

  /** @param hidden width of an expert unless a key of their own says it */
  FeedForward in(int layer, int hidden) {
    String block = "blk." + layer + ".";
    int expertHidden = keys.integer("expert_feed_forward_length", 0, MANY, 0);
    if (expertHidden == 0) {
      expertHidden = hidden;
    }
    if (expertHidden == 0) {
      throw keys.wrong("feed_forward_length", "is missing, expected an integer");
    }
    Optional<FeedForward.Latent> latent = latent(block);
    long in = latent.map(narrow -> narrow.down().out()).orElse((long) width);
    return new FeedForward.Experts(
        router(block),
        weighed,
        widening(block, expertHidden, in),
        keys.experts(block + "ffn_down_exps", count, in, expertHidden),
        function,
        limit(limits, layer),
        latent,
        shared(block, limit(sharedLimits, layer)));
  }

  /** A bound by layer; infinity where it is 0. */
  static float limit(float[] byLayer, int layer) {
    return byLayer.length > 0 && byLayer[layer] > 0 ? byLayer[layer] : Float.POSITIVE_INFINITY;
  }

  private Optional<FeedForward.Latent> latent(String block) {
    keys.ignore("moe_latent_size"); // the tensors say it
    String down = block + "ffn_latent_down";
    if (!keys.hasTensor(down + ".weight")) {
      return Optional.empty();
    }
    long narrow = keys.dimension(down + ".weight", 0);
    return Optional.of(
        new FeedForward.Latent(keys.linear(down, narrow, width), keys.linear(block + "ffn_latent_up", width, narrow)));
  }

  private FeedForward.Router router(String block) {
    String name = block + "ffn_gate_inp";
    boolean normed = !routerNorm.equals(Decoder.NONE);
    return new FeedForward.Router(
        routerSource,
        normed ? new Norm.Rms(Optional.of(block + routerNorm), width, norms.rmsEps()) : new Norm.None(),
        routerScale,
        normed ? new Linear(name + ".weight", Optional.empty(), 0, count, width) : keys.linear(name, count, width),
        routing(block));
  }

  private FeedForward.Widening widening(String block, int hidden, long in) {
    if (keys.hasTensor(block + "ffn_gate_up_exps.weight")) {
      Linear both = keys.experts(block + "ffn_gate_up_exps", count, 2L * hidden, in);
      return new FeedForward.Widening.Fused(
          both,
          keys.flag("expert_gate_up_alternate", false)
              ? FeedForward.Widening.Order.ALTERNATING
              : FeedForward.Widening.Order.GATE_FIRST);
    }
    Linear up = keys.experts(block + "ffn_up_exps", count, hidden, in);
    return gated
        ? new FeedForward.Widening.Gated(keys.experts(block + "ffn_gate_exps", count, hidden, in), up)
        : new FeedForward.Widening.Plain(up);
  }

  private RouterSpec routing(String block) {
    if (used == 0) {
      throw keys.wrong("expert_used_count", "is missing, expected 1 to %d".formatted(count));
    }
    double scale = keys.number("expert_weights_scale", 0, Float.MAX_VALUE, 1);
    int groups = keys.integer("expert_group_count", 0, count, 1);
    int groupsUsed = keys.integer("expert_group_used_count", 0, Math.max(1, groups), Math.max(1, groups));
    String bias = block + (keys.hasTensor(block + "exp_probs_b") ? "exp_probs_b" : "exp_probs_b.bias");
    if (groups > 1 && (count % groups != 0 || used > count / groups * Math.max(1, groupsUsed))) {
      throw keys.wrong(
          "expert_group_count",
          "is %d, of which %d are used, expected groups of %d experts to choose %d from"
              .formatted(groups, groupsUsed, count, used));
    }
    return new RouterSpec(
        used,
        weighting,
        scale == 0 ? 1 : (float) scale,
        keys.hasTensor(bias) ? keys.constants(bias, count) : new float[0],
        Math.max(1, groups),
        Math.max(1, groupsUsed));
  }

  private Optional<FeedForward.Shared> shared(String block, float limit) {
    keys.ignore("expert_shared_count"); // the tensors say it
    keys.ignore("expert_shared_feed_forward_length");
    String up = block + "ffn_up" + sharedSuffix;
    if (!keys.hasTensor(up + ".weight")) {
      return Optional.empty();
    }
    long hidden = keys.dimension(up + ".weight", 0);
    String gate = block + "ffn_gate_inp" + sharedSuffix;
    Linear first = keys.linear(up, hidden, width);
    Linear last = keys.linear(block + "ffn_down" + sharedSuffix, width, hidden);
    return Optional.of(
        new FeedForward.Shared(
            gated
                ? new FeedForward.Gated(
                    keys.linear(block + "ffn_gate" + sharedSuffix, hidden, width),
                    first,
                    last,
                    function,
                    limit,
                    Optional.empty(),
                    new Norm.None())
                : new FeedForward.Plain(first, last, function),
            !sharedSuffix.isEmpty() && keys.hasTensor(gate + ".weight")
                ? Optional.of(keys.linear(gate, 1, width))
                : Optional.empty(),
            sharedScale));
  }
}
