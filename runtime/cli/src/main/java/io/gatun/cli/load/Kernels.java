package io.gatun.cli.load;

import io.gatun.device.Backend;
import io.gatun.device.Device;
import io.gatun.device.DeviceException;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.engine.EngineOptions;
import java.util.function.Function;

/** What this computer computes with. */
public final class Kernels {
  private Kernels() {}

  /** The device that is used if nothing else is asked for, with its kernels, in one line; or why it cannot be used. */
  public static String inUse() {
    return of("cpu", DeviceOptions.defaults(), Device::describe);
  }

  /** The strongest kernel tier, in one word, that an engine with these options uses here. */
  public static String tier(EngineOptions options) {
    return of(options.device(), options.deviceOptions(), Device::tier);
  }

  private static String of(String backend, DeviceOptions options, Function<Device, String> answer) {
    try (Device device = Restart.ifNeeded(() -> Backend.named(backend).open(Hardware.detect(), options))) {
      return answer.apply(device);
    } catch (DeviceException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
