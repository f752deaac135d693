package io.gatun.model.hf;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What folders call the tensors that GGUF files call otherwise: {@link HfFamilies} backwards. */
public final class HfNames {
  private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d+)\\.(.+)");
  private static final String HEAD = "output";

  private HfNames() {}

  /**
   * The module that a tensor belongs to: {@code model.layers.0.self_attn.q_proj} for {@code blk.0.attn_q}.
   *
   * @param modelType the kind of model as {@code config.json} names it
   * @param stem the tensor's name in GGUF files without {@code .weight} or {@code .bias}
   * @return with {@code %d} for the expert where each has a module of its own; empty if the kind or the name is not known
   */
  public static Optional<String> module(String modelType, String stem) {
    return HfFamilies.named(modelType)
        .flatMap(family -> module(family, stem))
        .map(module -> module.replace(".E.", ".%d."));
  }

  /** As {@link #module(String, String)}, with {@code E} for the expert. */
  static Optional<String> module(HfFamily family, String stem) {
    Matcher block = BLOCK.matcher(stem);
    boolean isBlock = block.matches();
    String end = isBlock ? block.group(2) : stem;
    String start = isBlock ? "model.layers." + block.group(1) + "." : stem.equals(HEAD) ? "" : "model.";
    return Stream.of(family.tensors(), HfFamilies.TENSORS)
        .flatMap(table -> table.entrySet().stream())
        .filter(entry -> entry.getValue().equals(end))
        .findFirst()
        .map(entry -> start + entry.getKey());
  }
}
