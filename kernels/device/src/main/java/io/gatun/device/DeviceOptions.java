package io.gatun.device;

/**
 * How to open a device.
 *
 * @param threads worker threads, ≥ 1; 0 for the physical cores within the process's CPU quota
 * @param kernels the kernel tier asked for
 * @param precision of activations
 */
public record DeviceOptions(int threads, KernelCap kernels, ActivationPrecision precision) {

  /** All cores, the best kernels, 8-bit activations; {@code -Dgatun.kernels} caps the tier. */
  public static DeviceOptions defaults() {
    return new DeviceOptions(0, KernelCap.parse(System.getProperty("gatun.kernels", "auto")), ActivationPrecision.Q8);
  }

  public DeviceOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads " + threads + ": expected 1 or more, or 0 for all cores");
    }
  }
}
