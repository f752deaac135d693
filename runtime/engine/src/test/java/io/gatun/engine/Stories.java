package io.gatun.engine;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.DeviceOptions;
import io.gatun.device.KernelCap;
import io.gatun.model.Model;
import io.gatun.oracle.Oracle;

/** The story model that the tests talk to. */
final class Stories {
  private Stories() {}

  static Model open(String variant) {
    return Model.open(Oracle.require("models/stories260K" + variant + ".gguf"));
  }

  static EngineOptions options(ActivationPrecision precision, int threads) {
    return EngineOptions.defaults().deviceOptions(new DeviceOptions(threads, KernelCap.AUTO, precision));
  }

  /** A prompt that the model has an opinion on. */
  static Prompt once() {
    return Prompt.text("Once upon a time");
  }
}
