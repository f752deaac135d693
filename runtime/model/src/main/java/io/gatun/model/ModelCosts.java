package io.gatun.model;

import io.gatun.device.HostKvPool;
import io.gatun.device.KvLayout;
import io.gatun.device.KvPool;
import io.gatun.device.KvType;
import io.gatun.tensors.TensorData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a model takes to be computed with.
 *
 * @param parameters values of its tensors
 * @param activeParameters of them, without the experts that a token does not meet
 * @param weightBytes of its tensors
 * @param bytesPerToken of weights that are read to decode a token: of experts the chosen ones, of tables a row
 * @param stateBytes that a sequence carries beside its cache, in layers with a state
 */
public record ModelCosts(
    long parameters, long activeParameters, long weightBytes, long bytesPerToken, long stateBytes, List<KvLayout.Layer> cached) {

  public ModelCosts {
    cached = List.copyOf(cached);
  }

  /** Of an opened model; reads no weights. */
  public static ModelCosts of(Model model) {
    ModelSpec spec = model.spec();
    Map<String, Double> experts = experts(spec);
    Map<String, Double> tables = tables(spec);
    long parameters = 0;
    double active = 0;
    long bytes = 0;
    double read = 0;
    for (TensorData tensor : model.checkpoint().tensors().values()) {
      long size = tensor.planes().stream().mapToLong(plane -> plane.byteSize()).sum();
      double met = experts.getOrDefault(tensor.name(), 1.0);
      parameters += tensor.values();
      active += tensor.values() * met;
      bytes += size;
      read += size * met * tables.getOrDefault(tensor.name(), 1.0);
    }
    long state = spec.blocks().stream().mapToLong(block -> block.mixer().stateSize() * Float.BYTES).sum();
    List<KvLayout.Layer> cached = spec.blocks().stream().flatMap(block -> block.mixer().cached().stream()).toList();
    return new ModelCosts(parameters, Math.round(active), bytes, Math.round(read), state, cached);
  }

  /** Bytes of keys and values of a sequence of so many tokens, in whole pages. */
  public long cacheBytes(long tokens, KvType keyType, KvType valueType) {
    long pages = (tokens + KvPool.PAGE_TOKENS - 1) / KvPool.PAGE_TOKENS;
    return pages * HostKvPool.pageBytes(new KvLayout(cached, keyType, valueType));
  }

  /** By tensor: the share of the experts that a token meets. */
  private static Map<String, Double> experts(ModelSpec spec) {
    var shares = new HashMap<String, Double>();
    Stream<FeedForward.Experts> experts = spec.blocks().stream().flatMap(block -> block.feedForward().experts());
    for (FeedForward.Experts network : experts.toList()) {
      List<Linear> linears = new ArrayList<>(network.widening().linears());
      linears.add(network.down());
      for (Linear linear : linears) {
        double share = (double) network.router().spec().used() / linear.experts();
        shares.put(linear.weight(), share);
        linear.bias().ifPresent(bias -> shares.put(bias, share));
      }
    }
    return shares;
  }

  /** By table of which a token takes a row: the share that this is. */
  private static Map<String, Double> tables(ModelSpec spec) {
    var shares = new HashMap<String, Double>();
    Embedding embedding = spec.embedding();
    for (Optional<Linear> table :
        List.of(
            Optional.of(embedding.tokens()),
            embedding.positions(),
            embedding.types(),
            embedding.blockInputs().map(Embedding.BlockInputs::tokens))) {
      table.ifPresent(rows -> shares.put(rows.weight(), 1.0 / rows.rows()));
    }
    spec.head().output().ifPresent(output -> shares.remove(output.weight())); // tied: read as the head
    return shares;
  }
}
