package io.gatun.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The kinds of {@link SamplerStep}, in their usual order, under the names that llama.cpp gave them. */
public enum SamplerKind {
  PENALTIES("penalties"),
  DRY("dry"),
  TOP_N_SIGMA("top_n_sigma top_nsigma"),
  TOP_K("top_k"),
  TYPICAL_P("typ_p typical_p typical"),
  TOP_P("top_p nucleus"),
  MIN_P("min_p"),
  XTC("xtc"),
  TEMPERATURE("temperature temp");

  private final String names;

  /** @param names its own, then its aliases, with spaces between */
  SamplerKind(String names) {
    this.names = names;
  }

  /** The name in a list of samplers. */
  public String id() {
    return names().getFirst();
  }

  /**
   * The kind of that name; case does not matter, nor whether words are joined by {@code _} or {@code -}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static SamplerKind named(String name) {
    String wanted = name.strip().toLowerCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(values())
        .filter(kind -> kind.names().contains(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("sampler '%s': expected %s".formatted(name, ids())));
  }

  private List<String> names() {
    return List.of(names.split(" "));
  }

  private static String ids() {
    return Arrays.stream(values()).map(SamplerKind::id).collect(Collectors.joining(", "));
  }
}
