package io.gatun.model;

import io.gatun.device.RopeSpec.Pairing;
import io.gatun.tensors.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The catalogue of architectures. */
final class Architectures {
  private static final List<Architecture> ALL = List.of(new Llama(), new Qwen2(), new Qwen3());
  private static final Map<String, Architecture> BY_ID = byId();

  private Architectures() {}

  /** @throws UnsupportedModelException listing those we have */
  static Architecture of(String id, String origin) {
    Architecture architecture = BY_ID.get(id);
    if (architecture == null) {
      throw new UnsupportedModelException(
          "%s: architecture '%s' is not supported, expected one of %s".formatted(origin, id, BY_ID.keySet()));
    }
    return architecture;
  }

  private static Map<String, Architecture> byId() {
    var map = new LinkedHashMap<String, Architecture>();
    ALL.forEach(architecture -> map.put(architecture.id(), architecture));
    return map;
  }

  /** Llama and everything that calls itself so: mistral, mixtral, tied or untied, with or without biases. */
  private static final class Llama implements Architecture {
    @Override
    public String id() {
      return "llama";
    }

    @Override
    public ModelSpec spec(ModelKeys keys) {
      keys.ignore("attention.sliding_window"); // written by converters of mistral; the family attends to everything
      var decoder = new Decoder(keys, Pairing.ADJACENT);
      decoder.rotateWholeHeads();
      return decoder.spec();
    }
  }

  /** Qwen 2 and 2.5: biases on query, key and value. */
  private static final class Qwen2 implements Architecture {
    @Override
    public String id() {
      return "qwen2";
    }

    @Override
    public ModelSpec spec(ModelKeys keys) {
      keys.ignore("use_sliding_window");
      keys.ignore("attention.sliding_window");
      var decoder = new Decoder(keys, Pairing.HALVES);
      decoder.requireQkvBias();
      return decoder.spec();
    }
  }

  /** Qwen 3: a norm of each query and key head. */
  private static final class Qwen3 implements Architecture {
    @Override
    public String id() {
      return "qwen3";
    }

    @Override
    public ModelSpec spec(ModelKeys keys) {
      keys.ignore("attention.sliding_window");
      var decoder = new Decoder(keys, Pairing.HALVES);
      decoder.requireHeadNorms();
      return decoder.spec();
    }
  }
}
