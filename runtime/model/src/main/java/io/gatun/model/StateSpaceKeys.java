package io.gatun.model;

import io.gatun.device.StateSpaceSpec;
import java.util.Optional;

/** What a model's metadata and tensors say about selective state spaces. */
final class StateSpaceKeys {
  private static final int MANY = 1 << 24;

  private final ModelKeys keys;
  private final int width;
  private final NormKeys norms;
  private final int inner;
  private final int stateDim;
  private final int taps;

  /** The heads of the second version, the rank of the first one's steps. */
  private final int heads;

  StateSpaceKeys(ModelKeys keys, Decoder decoder) {
    this.keys = keys;
    width = decoder.width();
    norms = decoder.norms();
    inner = keys.integer("ssm.inner_size", 1, MANY);
    stateDim = keys.integer("ssm.state_size", 1, MANY);
    taps = keys.integer("ssm.conv_kernel", 2, MANY);
    heads = keys.integer("ssm.time_step_rank", 1, MANY);
  }

  /** Whether the tensors of a layer are those of a state space. */
  boolean has(int layer) {
    return keys.hasTensor("blk." + layer + ".ssm_in.weight");
  }

  /** Mamba: each value has a head of its own; the step's rank is low, and norms are where they have tensors. */
  Mixer.StateSpace first(int layer) {
    String block = "blk." + layer + ".";
    Linear input = keys.linear(block + "ssm_in", 2L * inner, width);
    boolean norms = keys.flag("ssm.dt_b_c_rms", false);
    var selection =
        new Mixer.Selection.Projected(
            keys.linear(block + "ssm_x", heads + 2L * stateDim, inner),
            norm(block + "ssm_dt_norm", heads, norms),
            norm(block + "ssm_b_norm", stateDim, norms),
            norm(block + "ssm_c_norm", stateDim, norms),
            keys.linear(block + "ssm_dt", inner, heads));
    return mixer(
        block,
        new StateSpaceSpec(inner, 1, 1, stateDim),
        input.rows(inner, inner),
        input.rows(0, inner),
        selection,
        stateDim,
        new Norm.None());
  }

  private Norm norm(String name, int size, boolean always) {
    if (keys.hasTensor(name + ".weight")) {
      return norms.norm(name, size);
    }
    return always ? new Norm.Rms(size, norms.rmsEps()) : new Norm.None();
  }

  /** Mamba 2: heads in groups. */
  Mixer.StateSpace second(int layer) {
    int groups = keys.integer("ssm.group_count", 1, MANY);
    if (inner % heads != 0 || heads % groups != 0) {
      throw keys.wrong(
          "ssm.time_step_rank",
          "is %d, expected a divisor of inner_size %d and a multiple of group_count %d".formatted(heads, inner, groups));
    }
    String block = "blk." + layer + ".";
    long convolved = inner + 2L * groups * stateDim;
    Linear input = keys.linear(block + "ssm_in", inner + convolved + heads, width);
    String norm = block + "ssm_norm";
    return mixer(
        block,
        new StateSpaceSpec(heads, inner / heads, groups, stateDim),
        input.rows(0, inner),
        input.rows(inner, convolved),
        new Mixer.Selection.Convolved(input.rows(inner + convolved, heads), block + "ssm_dt.bias"),
        1,
        keys.hasTensor(norm + ".weight") ? norms.norm(norm, inner / groups, inner) : new Norm.None());
  }

  private Mixer.StateSpace mixer(
      String block, StateSpaceSpec shape, Linear gate, Linear source, Mixer.Selection selection, int rates, Norm norm) {
    String bias = block + "ssm_conv1d.bias";
    return new Mixer.StateSpace(
        shape,
        gate,
        source,
        block + "ssm_conv1d.weight",
        keys.hasTensor(bias) ? Optional.of(bias) : Optional.empty(),
        taps,
        selection,
        block + "ssm_a",
        rates,
        block + "ssm_d",
        norm,
        keys.linear(block + "ssm_out", width, inner));
  }
}
