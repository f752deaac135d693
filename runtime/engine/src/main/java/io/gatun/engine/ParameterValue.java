package io.gatun.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What somebody wrote as the value of a {@link SamplingParameter}; its methods parse it or say what they expected. */
record ParameterValue(String name, List<String> texts) {
  private static final Pattern BIAS = Pattern.compile("(\\d+)\\s*(?:[=:]\\s*|(?=[+-]))(\\S+)");
  private static final Pattern ESCAPE = Pattern.compile("\\\\([nt\\\\])");

  double real() {
    return real(text());
  }

  int whole() {
    return (int) within(integer(), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  OptionalInt wholeUnlessNegativeOne() {
    int value = whole();
    return value == -1 ? OptionalInt.empty() : OptionalInt.of(value);
  }

  OptionalLong seed() {
    long value = integer();
    return value == -1 ? OptionalLong.empty() : OptionalLong.of(value);
  }

  boolean truth() {
    return switch (text()) {
      case "true", "on", "1" -> true;
      case "false", "off", "0" -> false;
      default -> throw unexpected(text(), "true or false");
    };
  }

  Mirostat.Version mirostat() {
    return switch (text()) {
      case "0" -> Mirostat.Version.OFF;
      case "1" -> Mirostat.Version.ONE;
      case "2" -> Mirostat.Version.TWO;
      default -> throw unexpected(text(), "0, 1 or 2");
    };
  }

  Speculation.Method method() {
    return switch (text()) {
      case "auto" -> Speculation.Method.AUTO;
      case "ngram", "ngram-simple" -> Speculation.Method.NGRAM;
      case "none" -> Speculation.Method.NONE;
      default -> throw unexpected(text(), "auto, ngram or none");
    };
  }

  /** The inverse of {@link #method}. */
  static String of(Speculation.Method method) {
    return switch (method) {
      case AUTO -> "auto";
      case NGRAM -> "ngram";
      case NONE -> "none";
    };
  }

  /** The inverse of {@link #mirostat}. */
  static String of(Mirostat.Version version) {
    return switch (version) {
      case OFF -> "0";
      case ONE -> "1";
      case TWO -> "2";
    };
  }

  List<SamplerKind> samplers() {
    return texts.stream()
        .flatMap(text -> Arrays.stream(text.split("[;,]", -1)))
        .filter(text -> !text.isBlank())
        .map(SamplerKind::named)
        .toList();
  }

  /** {@code 15=-1.5}, {@code 15:-1.5} or {@code 15-1.5}; several may be joined by commas. */
  Map<Integer, Double> biases() {
    var biases = new HashMap<Integer, Double>();
    for (String text : texts) {
      for (String part : text.split(",", -1)) {
        Matcher matcher = BIAS.matcher(part.strip());
        if (!matcher.matches()) {
          throw unexpected(part, "token=bias, as 29871=-1.5 or 29871=-inf");
        }
        biases.put(new ParameterValue(name, List.of(matcher.group(1))).whole(), real(matcher.group(2)));
      }
    }
    return biases;
  }

  List<String> unescaped() {
    return texts.stream()
        .map(text -> ESCAPE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(plain(match.group(1)))))
        .toList();
  }

  private static String plain(String escape) {
    return switch (escape) {
      case "n" -> "\n";
      case "t" -> "\t";
      default -> escape;
    };
  }

  /** The inverse of {@link #unescaped}. */
  static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
  }

  private String text() {
    return texts.getFirst().strip();
  }

  private double real(String text) {
    try {
      return switch (text) {
        case "-inf", "-Infinity", "false" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(text);
      };
    } catch (NumberFormatException e) {
      throw unexpected(text, "a number");
    }
  }

  private long integer() {
    try {
      return Long.parseLong(text());
    } catch (NumberFormatException e) {
      throw unexpected(text(), "a whole number");
    }
  }

  private long within(long value, long least, long most) {
    if (value < least || value > most) {
      throw unexpected(text(), "a whole number from %d to %d".formatted(least, most));
    }
    return value;
  }

  private IllegalArgumentException unexpected(String found, String expected) {
    return new IllegalArgumentException("%s '%s': expected %s".formatted(name, found, expected));
  }
}
