package io.gatun.engine;

import io.gatun.device.DeviceOptions;
import io.gatun.device.KvType;
import java.util.Optional;

/**
 * How an engine computes. Immutable.
 *
 * @param device which device: {@code cpu}
 * @param deviceOptions threads, kernels, precision of activations
 * @param contextLength tokens per request, prompt and completion; empty for the model's own, at most 8192
 * @param keyType storage of cached keys; empty for f16, or f32 with f32 activations
 * @param valueType likewise of values
 * @param prefillChunk most prompt tokens computed in one pass, ≥ 1
 */
public record EngineOptions(
    String device,
    DeviceOptions deviceOptions,
    Optional<Integer> contextLength,
    Optional<KvType> keyType,
    Optional<KvType> valueType,
    int prefillChunk) {

  public static EngineOptions defaults() {
    return new EngineOptions(
        "cpu", DeviceOptions.defaults(), Optional.empty(), Optional.empty(), Optional.empty(), 128);
  }

  public EngineOptions {
    if (contextLength.orElse(1) < 1) {
      throw new IllegalArgumentException("context length " + contextLength.get() + ": expected 1 or more");
    }
    if (prefillChunk < 1) {
      throw new IllegalArgumentException("prefill chunk " + prefillChunk + ": expected 1 or more");
    }
  }

  public EngineOptions device(String value) {
    return new EngineOptions(value, deviceOptions, contextLength, keyType, valueType, prefillChunk);
  }

  public EngineOptions deviceOptions(DeviceOptions value) {
    return new EngineOptions(device, value, contextLength, keyType, valueType, prefillChunk);
  }

  public EngineOptions contextLength(int value) {
    return new EngineOptions(device, deviceOptions, Optional.of(value), keyType, valueType, prefillChunk);
  }

  public EngineOptions keyType(KvType value) {
    return new EngineOptions(device, deviceOptions, contextLength, Optional.of(value), valueType, prefillChunk);
  }

  public EngineOptions valueType(KvType value) {
    return new EngineOptions(device, deviceOptions, contextLength, keyType, Optional.of(value), prefillChunk);
  }

  public EngineOptions prefillChunk(int value) {
    return new EngineOptions(device, deviceOptions, contextLength, keyType, valueType, value);
  }
}
