package io.gatun.cli.load;

import io.gatun.device.Backend;
import io.gatun.device.Device;
import io.gatun.device.DeviceException;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.engine.EngineOptions;

/** What this computer computes with. */
public final class Kernels {
  private Kernels() {}

  /** The device that is used if nothing else is asked for, with its kernels, in one line; or why it cannot be used. */
  public static String inUse() {
    return inUse("cpu", DeviceOptions.defaults());
  }

  /** The device that an engine with these options uses here, with its kernels. */
  public static String tier(EngineOptions options) {
    return inUse(options.device(), options.deviceOptions());
  }

  private static String inUse(String backend, DeviceOptions options) {
    try (Device device = Backend.named(backend).open(Hardware.detect(), options)) {
      return device.describe();
    } catch (DeviceException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
