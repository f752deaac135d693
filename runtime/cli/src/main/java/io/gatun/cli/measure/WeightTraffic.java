package io.gatun.cli.measure;

import io.gatun.model.BlockSpec;
import io.gatun.model.Linear;
import io.gatun.model.Model;
import io.gatun.model.ModelSpec;
import io.gatun.tensors.TensorData;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How many bytes of weights a token makes a model read. */
final class WeightTraffic {
  private WeightTraffic() {}

  /**
   * Bytes per decoded token: of every tensor, but for the embedding table (of which one row is read, unless it is also the
   * head), and of experts only the share that is used.
   */
  static long bytesPerToken(Model model) {
    ModelSpec spec = model.spec();
    Map<String, Double> shares = expertShares(spec);
    String embedding = spec.embedding().tokens().weight();
    boolean tied = spec.head().output().map(Linear::weight).equals(Optional.of(embedding));
    double bytes = 0;
    for (TensorData tensor : model.checkpoint().tensors().values()) {
      if (tied || !tensor.name().equals(embedding)) {
        bytes += shares.getOrDefault(tensor.name(), 1.0) * tensor.byteSize();
      }
    }
    return Math.round(bytes);
  }

  private static Map<String, Double> expertShares(ModelSpec spec) {
    var shares = new HashMap<String, Double>();
    for (BlockSpec block : spec.blocks()) {
      block
          .feedForward()
          .experts()
          .forEach(
              network -> {
                double share = (double) network.router().spec().used() / network.down().experts();
                network.widening().linears().forEach(linear -> shares.put(linear.weight(), share));
                shares.put(network.down().weight(), share);
              });
    }
    return shares;
  }
}
