package io.gatun.program;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Backend;
import io.gatun.device.Device;
import io.gatun.device.DeviceException;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;

/** A user's program, for tests that start a JVM: opens the CPU and prints what it got. */
public final class OpenDevice {

  private OpenDevice() {}

  public static void main(String[] arguments) {
    var options = new DeviceOptions(1, DeviceOptions.defaults().kernels(), ActivationPrecision.Q8);
    try (Device device = Backend.named("cpu").open(Hardware.detect(), options)) {
      System.out.println(device.describe());
    } catch (DeviceException e) {
      System.out.println(e);
    }
  }
}
