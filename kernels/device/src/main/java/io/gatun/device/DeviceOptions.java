package io.gatun.device;

/**
 * How to open a device.
 *
 * @param threads worker threads, ≥ 1; 0 for the physical cores within the process's CPU quota
 * @param kernels the kernel tier asked for
 * @param precision of activations
 * @param fastFloat whether products of F16 and BF16 weights may round both operands to bf16, which processors with dot
 *     products of bf16 compute faster; elsewhere, and with activations in {@code f32}, it changes nothing
 */
public record DeviceOptions(int threads, KernelCap kernels, ActivationPrecision precision, boolean fastFloat) {

  /** Floats as they are. */
  public DeviceOptions(int threads, KernelCap kernels, ActivationPrecision precision) {
    this(threads, kernels, precision, false);
  }

  /** All cores, the best kernels, 8-bit activations; {@code -Dgatun.kernels} caps the tier. */
  public static DeviceOptions defaults() {
    return new DeviceOptions(0, KernelCap.parse(System.getProperty("gatun.kernels", "auto")), ActivationPrecision.Q8);
  }

  public DeviceOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads " + threads + ": expected 1 or more, or 0 for all cores");
    }
  }

  public DeviceOptions threads(int value) {
    return new DeviceOptions(value, kernels, precision, fastFloat);
  }

  /** Whether products of floats may round to bf16. */
  public boolean roundsToBf16() {
    return fastFloat && precision != ActivationPrecision.F32;
  }
}
