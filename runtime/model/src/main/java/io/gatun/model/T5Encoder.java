package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import java.util.Optional;

/**
 * The encoder of T5: every token sees all others, and what is added to a logit depends on how far apart they are. Raffel
 * and others 2019, arXiv 1910.10683.
 */
final class T5Encoder {
  /** The distance from which on all are alike. */
  private static final int REACH = 128;

  private final ModelKeys keys;
  private final Decoder decoder;
  private final int buckets;

  private T5Encoder(ModelKeys keys) {
    this.keys = keys;
    decoder = new Decoder(keys);
    buckets = keys.integer("attention.relative_buckets_count", 4, 1 << 16);
  }

  static ModelSpec spec(ModelKeys keys) {
    return new T5Encoder(keys).spec();
  }

  private ModelSpec spec() {
    keys.ignore("attention.layer_norm_epsilon");
    keys.ignore("attention.causal");
    keys.ignoreTensors("output.weight"); // nobody asks an encoder for a next token
    return decoder
        .sight(ModelSpec.Sight.ALL)
        .prefix("enc.blk.")
        .mixers(layer -> Optional.of(attention(layer)))
        .networks(layer -> Optional.of(network(layer)))
        .outputNorm("enc.output_norm")
        .spec();
  }

  /** Logits are not scaled; the first layer's biases are those of layers without their own. */
  private Mixer attention(int layer) {
    String block = "enc.blk." + layer + ".";
    int width = decoder.width();
    int heads = decoder.attention().headCount(layer);
    int keyDim = decoder.attention().headDim("attention.key_length", heads);
    int valueDim = decoder.attention().headDim("attention.value_length", heads);
    String biases = "attn_rel_b.weight";
    var shape =
        new AttentionSpec(heads, heads, keyDim, valueDim, 1)
            .withBiases(biases(keys.hasTensor(block + biases) ? block + biases : "enc.blk.0." + biases, heads));
    var keyValues =
        new Mixer.KeyValues.Own(
            keys.linear(block + "attn_k", (long) heads * keyDim, width),
            new Norm.None(),
            keys.linear(block + "attn_v", (long) heads * valueDim, width),
            new Norm.None());
    return new Mixer.Attention(
        shape,
        Optional.empty(),
        keys.linear(block + "attn_q", (long) heads * keyDim, width),
        new Norm.None(),
        keyValues,
        keys.linear(block + "attn_o", width, (long) heads * valueDim));
  }

  /** With a gate and GELU, or without and ReLU. */
  private FeedForward network(int layer) {
    String block = "enc.blk." + layer + ".";
    int hidden = decoder.hidden(layer);
    Linear up = keys.linear(block + "ffn_up", hidden, decoder.width());
    Linear down = keys.linear(block + "ffn_down", decoder.width(), hidden);
    return keys.hasTensor(block + "ffn_gate.weight")
        ? new FeedForward.Gated(
            keys.linear(block + "ffn_gate", hidden, decoder.width()), up, down, ActivationFunction.GELU)
        : new FeedForward.Plain(up, down, ActivationFunction.RELU);
  }

  /** The table's {@code [buckets, heads]} by head and distance. */
  private float[] biases(String table, int heads) {
    float[] byBucket = keys.constants(table, Math.multiplyExact(buckets, heads));
    int distances = 2 * REACH + 1;
    var biases = new float[heads * distances];
    for (int head = 0; head < heads; head++) {
      for (int d = 0; d < distances; d++) {
        biases[head * distances + d] = byBucket[bucket(d - REACH) * heads + head];
      }
    }
    return biases;
  }

  /** Half of the buckets are for keys ahead; half of those for a distance each, the others for ranges that grow. */
  private int bucket(int ahead) {
    int side = buckets / 2;
    int exact = side / 2;
    int distance = Math.abs(ahead);
    float log = (float) Math.log((float) distance / exact);
    double ranged = exact + log * (side - exact) / Math.log((double) REACH / exact);
    int bucket = distance < exact ? distance : Math.min(side - 1, (int) Math.floor((float) ranged));
    return (ahead > 0 ? side : 0) + bucket;
  }
}
