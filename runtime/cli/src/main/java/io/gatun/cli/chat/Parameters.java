package io.gatun.cli.chat;

import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.EngineOptions;
import io.gatun.engine.Sampling;
import io.gatun.engine.SamplingParameter;
import io.gatun.engine.SamplingParameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** What {@code /set parameter} changes, under the names that users of other runtimes know. Confined to one thread. */
final class Parameters {
  private static final String CONTEXT = "num_ctx";
  private static final String THREADS = "num_thread";

  /** The names, as listed and completed. */
  static final List<String> NAMES =
      Stream.concat(SamplingParameters.all().stream().map(SamplingParameter::id), Stream.of(CONTEXT, THREADS)).toList();

  /** What a change needs. */
  enum Effect {
    NEXT_ANSWER,
    NEW_ENGINE
  }

  private Sampling sampling;
  private EngineOptions engineOptions;

  Parameters(Sampling sampling, EngineOptions engineOptions) {
    this.sampling = sampling;
    this.engineOptions = engineOptions;
  }

  Sampling sampling() {
    return sampling;
  }

  /** Sets all of the sampling. */
  void sampling(Sampling all) {
    sampling = all;
  }

  EngineOptions engineOptions() {
    return engineOptions;
  }

  /** Takes a change back. */
  void engineOptions(EngineOptions options) {
    engineOptions = options;
  }

  /**
   * Changes one.
   *
   * @throws IllegalArgumentException for a value that does not parse or is out of its range
   * @throws UsageException for an unknown name
   */
  Effect set(String name, String value) {
    return switch (name) {
      case CONTEXT, "ctx" -> {
        engineOptions = engineOptions.contextLength(whole(name, value));
        yield Effect.NEW_ENGINE;
      }
      case THREADS, "threads" -> {
        engineOptions = engineOptions.deviceOptions(engineOptions.deviceOptions().threads(whole(name, value)));
        yield Effect.NEW_ENGINE;
      }
      default -> {
        sampling = parameter(name).set(sampling, value);
        yield Effect.NEXT_ANSWER;
      }
    };
  }

  private static SamplingParameter parameter(String name) {
    return SamplingParameters.named(name)
        .orElseThrow(
            () -> new UsageException("unknown parameter '%s': expected %s".formatted(name, String.join(", ", NAMES))));
  }

  /** Names and values, as text. */
  SequencedMap<String, String> shown(int contextLength) {
    var shown = new LinkedHashMap<String, String>();
    for (SamplingParameter parameter : SamplingParameters.all()) {
      List<String> values = parameter.values(sampling);
      shown.put(parameter.id(), values.isEmpty() ? "none" : String.join(" | ", values));
    }
    shown.put(CONTEXT, String.valueOf(contextLength));
    int threads = engineOptions.deviceOptions().threads();
    shown.put(THREADS, threads == 0 ? "0 (all cores)" : String.valueOf(threads));
    return shown;
  }

  private static int whole(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new UsageException("%s '%s': expected a whole number".formatted(name, value));
    }
  }
}
