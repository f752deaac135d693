package io.gatun.device;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Enum constants as the words that users write. */
final class Words {
  private Words() {}

  /** {@code Q8_0} as {@code q8_0}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** @throws IllegalArgumentException for an unknown word, naming {@code what} and the known ones */
  static <E extends Enum<E>> E parse(Class<E> type, String what, String word) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> of(constant).equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("%s '%s': expected %s".formatted(what, word, known(type))));
  }

  private static <E extends Enum<E>> String known(Class<E> type) {
    return Arrays.stream(type.getEnumConstants()).map(Words::of).collect(Collectors.joining("|"));
  }
}
