package io.gatun.cli;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.DeviceOptions;
import io.gatun.device.KernelCap;
import io.gatun.device.KvType;
import io.gatun.engine.EngineOptions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How an engine computes: the context, threads, kernels, device and cache. */
@Command
final class ComputeOptions {
  @Option(
      names = {"-c", "--ctx", "--ctx-size", "--num-ctx", "--num_ctx"},
      paramLabel = "N",
      description = "Context in tokens, prompt and answer (default: the model's own, at most 8192).")
  @Nullable Integer context;

  @Option(
      names = {"-t", "--threads", "--num-thread", "--num_thread"},
      paramLabel = "N",
      description = "Worker threads (default: the physical cores this process may use).")
  @Nullable Integer threads;

  @Option(
      names = "--kernels",
      paramLabel = "TIER",
      description = "auto, scalar, vector or jit: a tier that is asked for by name must be there (default: auto).")
  @Nullable String kernels;

  @Option(
      names = "--activations",
      paramLabel = "KIND",
      description = "q8, f32 or native: the precision of activations where they meet weights (default: q8).")
  @Nullable String activations;

  @Option(
      names = "--fast-float",
      description = {
        "Rounds F16 and BF16 weights and what they are multiplied with to bf16, where this processor has dot products",
        "of bf16 (`gatun inspect --hardware` tells) and unless --activations is f32; otherwise it changes nothing."
      })
  boolean fastFloat;

  @Option(names = "--device", paramLabel = "DEVICE", description = "auto, cpu or cuda[:N] (default: auto).")
  @Nullable String device;

  @Option(
      names = {"-ctk", "--cache-type-k"},
      paramLabel = "TYPE",
      description = "f32, f16 or q8_0: storage of cached keys (default: f16; f32 with --activations f32).")
  @Nullable String keyType;

  @Option(
      names = {"-ctv", "--cache-type-v"},
      paramLabel = "TYPE",
      description = "Likewise of cached values.")
  @Nullable String valueType;

  @Option(
      names = {"-ub", "--ubatch-size", "--prompt-chunk"},
      paramLabel = "N",
      description = "Most prompt tokens computed in one pass (default: 128). Results do not depend on it.")
  @Nullable Integer chunk;

  /** @throws IllegalArgumentException for a value that is unknown or out of range, naming it */
  EngineOptions engineOptions() {
    var defaults = EngineOptions.defaults();
    var onDevice = defaults.deviceOptions();
    return new EngineOptions(
        device == null || device.equals("auto") ? defaults.device() : device,
        new DeviceOptions(
            threads == null ? onDevice.threads() : positive(threads),
            kernels == null ? onDevice.kernels() : KernelCap.parse(kernels),
            activations == null ? onDevice.precision() : ActivationPrecision.parse(activations),
            fastFloat),
        Optional.ofNullable(context),
        Optional.ofNullable(keyType).map(KvType::parse),
        Optional.ofNullable(valueType).map(KvType::parse),
        chunk == null ? defaults.prefillChunk() : chunk);
  }

  private static int positive(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads " + threads + ": expected 1 or more");
    }
    return threads;
  }
}
