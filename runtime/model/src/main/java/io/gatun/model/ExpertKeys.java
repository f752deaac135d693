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
  private final int count;
  private final int used;
  private Weighting weighting = Weighting.SOFTMAX_RENORMALIZED;
  private FeedForward.Weighed weighed = FeedForward.Weighed.OUTPUT;
  private boolean gated = true;
  private ActivationFunction function = ActivationFunction.SILU;

  ExpertKeys(ModelKeys keys, int width) {
    this.keys = keys;
    this.width = width;
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

  /** Whether a block chooses experts. */
  boolean has(int layer) {
    return count > 0 && keys.hasTensor("blk." + layer + ".ffn_gate_inp.weight");
  }

  /** Whether there are experts, which then some block must choose. */
  boolean isEmpty() {
    return count <= 1;
  }

  /** @param hidden width of an expert unless a key of their own says it */
  FeedForward in(String block, int hidden) {
    int expertHidden = keys.integer("expert_feed_forward_length", 1, MANY, hidden);
    if (expertHidden == 0) {
      throw keys.wrong("feed_forward_length", "is missing, expected an integer");
    }
    return new FeedForward.Experts(
        keys.linear(block + "ffn_gate_inp", count, width),
        routing(block),
        weighed,
        gated ? Optional.of(keys.experts(block + "ffn_gate_exps", count, expertHidden, width)) : Optional.empty(),
        keys.experts(block + "ffn_up_exps", count, expertHidden, width),
        keys.experts(block + "ffn_down_exps", count, width, expertHidden),
        function,
        shared(block));
  }

  private RouterSpec routing(String block) {
    if (used == 0) {
      throw keys.wrong("expert_used_count", "is missing, expected 1 to %d".formatted(count));
    }
    double scale = keys.number("expert_weights_scale", 0, Float.MAX_VALUE, 1);
    int groups = keys.integer("expert_group_count", 0, count, 1);
    int groupsUsed = keys.integer("expert_group_used_count", 0, Math.max(1, groups), Math.max(1, groups));
    String bias = block + "exp_probs_b.bias";
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

  private Optional<FeedForward.Shared> shared(String block) {
    keys.ignore("expert_shared_count"); // the tensors say it
    keys.ignore("expert_shared_feed_forward_length");
    String up = block + "ffn_up_shexp";
    if (!keys.hasTensor(up + ".weight")) {
      return Optional.empty();
    }
    long hidden = keys.dimension(up + ".weight", 0);
    String gate = block + "ffn_gate_inp_shexp";
    Linear first = keys.linear(up, hidden, width);
    Linear last = keys.linear(block + "ffn_down_shexp", width, hidden);
    return Optional.of(
        new FeedForward.Shared(
            gated
                ? new FeedForward.Gated(keys.linear(block + "ffn_gate_shexp", hidden, width), first, last, function)
                : new FeedForward.Plain(first, last, function),
            keys.hasTensor(gate + ".weight") ? Optional.of(keys.linear(gate, 1, width)) : Optional.empty()));
  }
}
