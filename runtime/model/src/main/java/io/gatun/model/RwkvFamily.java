package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** RWKV 7, and its linear attention in the place of a transformer's attention. */
final class RwkvFamily {
  static final List<Architecture> ALL =
      List.of(Architecture.of("rwkv7", RwkvFamily::rwkv7), Architecture.of("arwkv7", RwkvFamily::arwkv7));

  private static final int MANY = 1 << 24;

  /** Added to the variance of a head's results. */
  private static final float HEAD_EPS = 64e-5f;

  private RwkvFamily() {}

  /** The networks see the token before, too, so that they are blocks of their own. */
  private static ModelSpec rwkv7(ModelKeys keys) {
    var decoder =
        decoder(keys)
            .norms(NormKeys.Kind.LAYER)
            .embeddingNorm("token_embd_norm")
            .blockNorms("attn_norm", NONE, NONE, NONE);
    int hidden = decoder.hidden(0);
    ModelSpec spec = decoder.withoutNetworks().mixers(layer -> Optional.of(timeMix(keys, decoder, layer))).spec();
    var blocks = new ArrayList<BlockSpec>();
    for (int i = 0; i < spec.blocks().size(); i++) {
      blocks.add(spec.blocks().get(i));
      blocks.add(channelMix(keys, decoder, "blk." + i + ".", hidden));
    }
    return spec.withBlocks(blocks);
  }

  private static ModelSpec arwkv7(ModelKeys keys) {
    var decoder = decoder(keys);
    return decoder.mixers(layer -> Optional.of(timeMix(keys, decoder, layer))).spec();
  }

  private static Decoder decoder(ModelKeys keys) {
    keys.ignore("token_shift_count"); // the tensors say it
    return new Decoder(keys);
  }

  private static Mixer timeMix(ModelKeys keys, Decoder decoder, int layer) {
    String block = "blk." + layer + ".time_mix_";
    int width = decoder.width();
    int dim = keys.integer("wkv.head_size", 1, width);
    if (width % dim != 0) {
      throw keys.wrong("wkv.head_size", "is %d, expected a divisor of embedding_length %d".formatted(dim, width));
    }
    int decayRank = keys.integer("attention.decay_lora_rank", 1, MANY);
    int rateRank = keys.integer("attention.iclr_lora_rank", 1, MANY);
    int valueRank = keys.integer("attention.value_residual_mix_lora_rank", 1, MANY);
    int gateRank = keys.integer("attention.gate_lora_rank", 0, MANY, 0);
    boolean gated = keys.hasTensor(block + "g1.weight");
    if (layer == 0) {
      List.of("v0", "v1", "v2").forEach(name -> keys.ignoreTensors(block + name + ".")); // it has no first layer before it
    }
    return new Mixer.CorrectedAttention(
        width / dim,
        block + "lerp_fused.weight",
        keys.linear(block + "receptance", width, width),
        keys.linear(block + "key", width, width),
        keys.linear(block + "value", width, width),
        lowRank(keys, block, "w", decayRank, width),
        lowRank(keys, block, "a", rateRank, width),
        layer == 0 ? Optional.empty() : Optional.of(lowRank(keys, block, "v", valueRank, width)),
        gated
            ? Optional.of(
                new Mixer.LowRank(
                    keys.linear(block + "g1", gateRank, width), keys.linear(block + "g2", width, gateRank)))
            : Optional.empty(),
        block + "k_k.weight",
        block + "k_a.weight",
        block + "r_k.weight",
        keys.hasTensor(block + "ln.weight")
            ? new Norm.Layer(Optional.of(block + "ln.weight"), Optional.of(block + "ln.bias"), dim, width, HEAD_EPS)
            : new Norm.None(),
        keys.linear(block + "output", width, width));
  }

  /** Two maps and what is added to them. */
  private static Mixer.LowRank lowRank(ModelKeys keys, String block, String name, int rank, int width) {
    return new Mixer.LowRank(
        keys.linear(block + name + "1", rank, width),
        new Linear(block + name + "2.weight", Optional.of(block + name + "0.weight"), 0, width, rank));
  }

  private static BlockSpec channelMix(ModelKeys keys, Decoder decoder, String block, int hidden) {
    int width = decoder.width();
    var mixer =
        new Mixer.ChannelMix(
            block + "channel_mix_lerp_k.weight",
            keys.linear(block + "channel_mix_key", hidden, width),
            keys.linear(block + "channel_mix_value", width, hidden),
            ActivationFunction.RELU_SQUARED);
    return new BlockSpec(
        BlockSpec.Residual.SEQUENTIAL,
        decoder.norms().norm(block + "attn_norm_2", width),
        mixer,
        new Norm.None(),
        new Norm.None(),
        new FeedForward.None(),
        new Norm.None(),
        1,
        Optional.empty(),
        0,
        Optional.empty(),
        1,
        new Norm.None(),
        Optional.empty());
  }
}
