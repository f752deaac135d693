package io.gatun.model.hf;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Shown;
import io.gatun.tensors.StackedEncoding;
import io.gatun.tensors.TensorData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tensors of a folder under the names that GGUF files have for them. Experts that are stored one by one become one
 * tensor, in which they stay where they are.
 */
final class HfTensors {
  /** What names begin with before what is common to all, the longest first. */
  private static final List<String> BEGINNINGS =
      List.of("model.language_model.", "language_model.model.", "language_model.", "model.");

  /** Parts of models that see or hear. */
  private static final Pattern OTHER_SENSES =
      Pattern.compile("(vision_|visual|multi_modal_|mm_|audio_|image_|embed_vision|embed_audio).*");

  private static final Pattern LAYER = Pattern.compile("layers\\.(\\d{1,5})\\.(.+)");
  private static final Pattern EXPERT = Pattern.compile("(.*\\bexperts\\.)(\\d{1,5})(\\..+)");
  private static final Set<String> BIASED = Set.of("attn_q.bias", "attn_k.bias", "attn_v.bias");

  private final HfConfig config;
  private final HfFamily family;
  private final long layers;
  private final long allLayers;
  private final SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
  private final Map<String, String> storedNames = new HashMap<>();
  private final Map<String, TreeMap<Integer, TensorData>> experts = new LinkedHashMap<>();

  /** A name, and the expert it belongs to if it is one's alone. */
  private record Target(String name, Optional<Integer> expert) {}

  private HfTensors(HfConfig config, HfFamily family) {
    this.config = config;
    this.family = family;
    layers = config.requireInteger("num_hidden_layers");
    allLayers = layers + config.integer("num_nextn_predict_layers").orElse(0L);
  }

  /**
   * @param stored by their names in the folder; those that no model knows keep them
   * @param optional names of tensors that may be left unread
   * @throws FormatException if an expert is missing, or two tensors mean the same
   */
  static HfTensors of(
      HfConfig config, HfFamily family, SequencedMap<String, TensorData> stored, Predicate<String> optional) {
    var tensors = new HfTensors(config, family);
    stored.forEach(
        (name, tensor) -> {
          if (!tensors.isIgnored(name)) {
            tensors.add(tensor, optional.test(name));
          }
        });
    tensors.stackExperts();
    return tensors;
  }

  /** By GGUF's names, in the folder's order but for experts. */
  SequencedMap<String, TensorData> byName() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  /** What the folder calls a tensor, or would if it had it. */
  String storedName(String name) {
    String stored = storedNames.get(name);
    if (stored != null) {
      return stored;
    }
    int dot = Math.max(0, name.lastIndexOf('.'));
    return HfNames.module(family, name.substring(0, dot)).map(module -> module + name.substring(dot)).orElse(name);
  }

  /** What the text does not need: other senses, tables that follow from the configuration, guesses of more tokens. */
  private boolean isIgnored(String name) {
    String common = common(name);
    Matcher layer = LAYER.matcher(common);
    boolean guesses = layer.matches() && isBetween(Long.parseLong(layer.group(1)), layers, allLayers);
    return guesses
        || OTHER_SENSES.matcher(common).matches()
        || OTHER_SENSES.matcher(name).matches()
        || name.endsWith("rotary_emb.inv_freq");
  }

  private static boolean isBetween(long value, long from, long to) {
    return value >= from && value < to;
  }

  private static String common(String name) {
    int start = BEGINNINGS.stream().filter(name::startsWith).findFirst().map(String::length).orElse(0);
    return name.substring(start);
  }

  private void add(TensorData tensor, boolean isOptional) {
    Optional<Target> target = target(common(tensor.name()));
    if (isOptional && target.map(Target::name).filter(name -> BIASED.contains(end(name))).isEmpty()) {
      return;
    }
    if (target.isEmpty()) {
      put(tensor.name(), tensor);
      return;
    }
    String name = target.get().name();
    if (target.get().expert().isPresent()) {
      experts.computeIfAbsent(name, _ -> new TreeMap<>()).put(target.get().expert().get(), tensor);
    } else if (family.gainsBelowOne() && name.endsWith("norm.weight")) {
      put(name, Floats.plusOne(tensor));
    } else {
      put(name, tensor);
    }
  }

  private static String end(String name) {
    return name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
  }

  /** Adds a tensor under a name of GGUF's. */
  void put(String name, TensorData tensor) {
    storedNames.put(name, tensor.name());
    var renamed = new TensorData(name, tensor.shape(), tensor.encoding(), tensor.planes());
    if (tensors.put(name, renamed) != null) {
      throw wrong("two tensors are %s, one of them %s".formatted(name, Shown.of(tensor.name())));
    }
  }

  /** Empty if no model knows the name. */
  private Optional<Target> target(String common) {
    Matcher layer = LAYER.matcher(common);
    if (!layer.matches()) {
      return name(common).map(name -> new Target(name, Optional.empty()));
    }
    String block = "blk." + Integer.parseInt(layer.group(1)) + ".";
    Matcher expert = EXPERT.matcher(layer.group(2));
    return expert.matches()
        ? name(expert.group(1) + "E" + expert.group(3))
            .map(name -> new Target(block + name, Optional.of(Integer.parseInt(expert.group(2)))))
        : name(layer.group(2)).map(name -> new Target(block + name, Optional.empty()));
  }

  /** By the whole name, else by what stands before the last dot, the rest staying as it is. */
  private Optional<String> name(String common) {
    Optional<String> whole = entry(common);
    int dot = common.lastIndexOf('.');
    if (whole.isPresent() || dot < 0) {
      return whole.map(name -> name.contains(".") ? name : name + ".weight");
    }
    return entry(common.substring(0, dot)).map(name -> name + common.substring(dot));
  }

  private Optional<String> entry(String name) {
    return Optional.ofNullable(family.tensors().get(name)).or(() -> Optional.ofNullable(HfFamilies.TENSORS.get(name)));
  }

  private void stackExperts() {
    long count =
        HfFamilies.KEYS.stream()
            .filter(key -> key.key().equals("expert_count"))
            .flatMap(key -> key.in(config).stream())
            .mapToLong(value -> (Long) value.content())
            .findFirst()
            .orElse(0);
    experts.forEach((name, byNumber) -> put(name, stacked(byNumber, count)));
  }

  /** Under the name of the first one. */
  private TensorData stacked(NavigableMap<Integer, TensorData> byNumber, long count) {
    TensorData any = byNumber.firstEntry().getValue();
    var parts = new ArrayList<TensorData>();
    for (int i = 0; i < count; i++) {
      TensorData part = byNumber.get(i);
      if (part == null) {
        throw wrong("expert %d of %d has no tensor like %s".formatted(i, count, Shown.of(any.name())));
      }
      if (!part.shape().equals(any.shape())) {
        throw wrong(
            "tensor %s has shape %s, expected %s, as %s has"
                .formatted(Shown.of(part.name()), part.shape(), any.shape(), Shown.of(any.name())));
      }
      parts.add(part);
    }
    if (parts.size() != byNumber.size()) {
      String last = Shown.of(byNumber.lastEntry().getValue().name());
      throw wrong("tensor %s is of an expert beyond the %d that there are".formatted(last, count));
    }
    return StackedEncoding.stack(any.name(), parts);
  }

  private FormatException wrong(String what) {
    return new FormatException(config.origin() + ": " + what);
  }
}
