package io.gatun.cli;

import io.gatun.engine.Sampling;
import io.gatun.engine.SamplingParameter;
import io.gatun.engine.SamplingParameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** How tokens are chosen and when to stop: an option for every {@link SamplingParameter}. */
@Command
final class SamplingOptions {
  private static final Map<String, String> LETTERS = Map.of("num_predict", "-n", "seed", "-s", "logit_bias", "-l");

  private final Map<SamplingParameter, OptionSpec> options = new LinkedHashMap<>();

  /** Adds the options to the command that has them. */
  @Spec(Spec.Target.MIXEE)
  void command(CommandSpec command) {
    for (SamplingParameter parameter : SamplingParameters.all()) {
      var option = option(parameter);
      options.put(parameter, option);
      command.addOption(option);
    }
  }

  private static OptionSpec option(SamplingParameter parameter) {
    var option =
        OptionSpec.builder(names(parameter))
            .paramLabel(parameter.placeholder())
            .description(description(parameter).replace("%", "%%"));
    if (parameter.placeholder().equals("true|false")) {
      option.arity("0..1").fallbackValue("true");
    } else {
      option.arity("1");
    }
    return switch (parameter.shape()) {
      case ONE -> option.type(String.class).build();
      case LIST -> option.type(List.class).auxiliaryTypes(String.class).build();
    };
  }

  /** With hyphens, as options have them, and with underscores, as files have them. */
  private static String[] names(SamplingParameter parameter) {
    Stream<String> letter = Stream.ofNullable(LETTERS.get(parameter.id()));
    Stream<String> words =
        Stream.concat(Stream.of(parameter.id()), parameter.aliases().stream())
            .flatMap(name -> Stream.of("--" + name.replace('_', '-'), "--" + name))
            .distinct();
    return Stream.concat(letter, words).toArray(String[]::new);
  }

  private static String description(SamplingParameter parameter) {
    String text = Character.toUpperCase(parameter.description().charAt(0)) + parameter.description().substring(1);
    List<String> values = parameter.values(Sampling.defaults());
    return switch (parameter.shape()) {
      case ONE -> "%s (default: %s).".formatted(text, values.getFirst());
      case LIST -> text + (values.isEmpty() ? "" : " (default: " + String.join(" ", values) + ")") + ".";
    };
  }

  /** The seed, unless it is to be random. */
  OptionalLong seed() {
    return sampling().seed();
  }

  /** @throws IllegalArgumentException for a value out of its range, naming it */
  Sampling sampling() {
    return changed(Sampling.defaults());
  }

  /**
   * A sampling with what was asked for, and the rest as it is.
   *
   * @throws IllegalArgumentException for a value out of its range, naming it
   */
  Sampling changed(Sampling before) {
    Sampling sampling = before;
    for (var option : options.entrySet()) {
      sampling = with(sampling, option.getKey(), option.getValue());
    }
    return sampling;
  }

  private static Sampling with(Sampling sampling, SamplingParameter parameter, OptionSpec option) {
    return switch (parameter.shape()) {
      case ONE -> {
        @Nullable String value = option.getValue();
        yield value == null ? sampling : parameter.set(sampling, value);
      }
      case LIST -> {
        @Nullable List<String> values = option.getValue();
        yield values == null ? sampling : parameter.set(sampling, values);
      }
    };
  }

  /** {@link #sampling()} with other texts to end at. */
  Sampling sampling(List<String> ends) {
    return sampling().stops(ends);
  }
}
