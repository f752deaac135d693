package io.gatun.engine;

import io.gatun.device.Backend;
import io.gatun.device.Device;
import io.gatun.device.DeviceException;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.device.Verdict;

/** Opens the device that a user names. */
final class Devices {
  private Devices() {}

  /** @throws DeviceException if there is no such backend, it cannot run here, or it lacks what the options ask for */
  static Device open(String id, DeviceOptions options) {
    Hardware hardware = Hardware.detect();
    Backend backend = Backend.named(id);
    return switch (backend.verdict(hardware)) {
      case Verdict.Usable usable -> backend.open(hardware, options);
      case Verdict.Refused refused ->
          throw new DeviceException("device '%s' cannot be used: %s".formatted(id, refused.reason()));
    };
  }
}
