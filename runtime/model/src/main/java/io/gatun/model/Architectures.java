package io.gatun.model;

import io.gatun.tensors.UnsupportedModelException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The catalogue of architectures. Their ids are those that GGUF files have in {@code general.architecture}. */
final class Architectures {
  private static final Map<String, Architecture> BY_ID = byId();

  private Architectures() {}

  /** @throws UnsupportedModelException naming those that we have */
  static Architecture of(String id, String origin) {
    Architecture architecture = BY_ID.get(id);
    if (architecture == null) {
      throw new UnsupportedModelException(
          "%s: architecture '%s' is not supported, expected one of %s".formatted(origin, id, known()));
    }
    return architecture;
  }

  /** The ids of all, for messages. */
  static String known() {
    return String.join(", ", BY_ID.keySet());
  }

  private static Map<String, Architecture> byId() {
    var map = new TreeMap<String, Architecture>();
    Stream.of(
            LlamaFamily.ALL,
            QwenFamily.ALL,
            GemmaFamily.ALL,
            GraniteFamily.ALL,
            OlmoFamily.ALL,
            PhiFamily.ALL,
            GlmFamily.ALL,
            CohereFamily.ALL,
            GptFamily.ALL,
            AlibiFamily.ALL,
            DeepseekFamily.ALL,
            HybridFamily.ALL,
            StateSpaceFamily.ALL,
            RwkvFamily.ALL,
            ExpertsFamily.ALL,
            WindowedExpertsFamily.ALL,
            BesideExpertsFamily.ALL,
            HunyuanFamily.ALL,
            BertFamily.ALL,
            EncoderFamily.ALL)
        .flatMap(List::stream)
        .forEach(architecture -> map.put(architecture.id(), architecture));
    return map;
  }
}
