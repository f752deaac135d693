package io.gatun.model.hf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What things are called in the folders of models that GGUF files know under one architecture, in addition to what all
 * share. Immutable.
 *
 * @param architecture as GGUF files name it
 * @param keys further ones, with what they are called in {@code config.json}
 * @param tensors further ones, or others than usual: the names' ends in the folder, and in GGUF files
 * @param constants keys that have one value in all of these models
 * @param defaults what holds where {@code config.json} says nothing, by the names there
 * @param activations names of the activation functions that the architecture computes
 * @param requirements what {@code config.json} must say, or nothing: another value would be another computation
 * @param gainsBelowOne whether the gains of norms are stored less 1
 */
record HfFamily(
    String architecture,
    List<HfKey> keys,
    Map<String, String> tensors,
    Map<String, Object> constants,
    Map<String, Object> defaults,
    Set<String> activations,
    Map<String, Object> requirements,
    boolean gainsBelowOne) {

  HfFamily {
    keys = List.copyOf(keys);
    tensors = Map.copyOf(tensors);
    constants = Map.copyOf(constants);
    defaults = Map.copyOf(defaults);
    activations = Set.copyOf(activations);
    requirements = Map.copyOf(requirements);
  }

  static HfFamily of(String architecture) {
    Set<String> usual = Set.of("silu", "swish");
    return new HfFamily(architecture, List.of(), Map.of(), Map.of(), Map.of(), usual, Map.of(), false);
  }

  HfFamily withKeys(HfKey... more) {
    var all = new ArrayList<>(keys);
    all.addAll(List.of(more));
    return new HfFamily(architecture, all, tensors, constants, defaults, activations, requirements, gainsBelowOne);
  }

  /** @param table a line for each: the name in the folder, and in GGUF files */
  HfFamily withTensors(String table) {
    var all = new HashMap<>(tensors);
    all.putAll(table(table));
    return new HfFamily(architecture, keys, all, constants, defaults, activations, requirements, gainsBelowOne);
  }

  HfFamily withConstant(String key, Object value) {
    var all = new HashMap<>(constants);
    all.put(key, value);
    return new HfFamily(architecture, keys, tensors, all, defaults, activations, requirements, gainsBelowOne);
  }

  HfFamily withDefault(String name, Object value) {
    var all = new HashMap<>(defaults);
    all.put(name, value);
    return new HfFamily(architecture, keys, tensors, constants, all, activations, requirements, gainsBelowOne);
  }

  HfFamily withActivations(String... names) {
    return new HfFamily(architecture, keys, tensors, constants, defaults, Set.of(names), requirements, gainsBelowOne);
  }

  HfFamily withRequirement(String name, Object value) {
    var all = new HashMap<>(requirements);
    all.put(name, value);
    return new HfFamily(architecture, keys, tensors, constants, defaults, activations, all, gainsBelowOne);
  }

  /** The same of another architecture. */
  HfFamily as(String other) {
    return new HfFamily(other, keys, tensors, constants, defaults, activations, requirements, gainsBelowOne);
  }

  HfFamily withGainsBelowOne() {
    return new HfFamily(architecture, keys, tensors, constants, defaults, activations, requirements, true);
  }

  /** Lines of two words. */
  static Map<String, String> table(String lines) {
    var table = new LinkedHashMap<String, String>();
    lines.lines().map(line -> line.strip().split(" +")).forEach(words -> table.put(words[0], words[1]));
    return table;
  }
}
