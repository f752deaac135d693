package io.gatun.device;

import java.util.Set;

/**
 * What this computer is, as far as kernels care: the only place that looks.
 *
 * @param cpu the processor's name
 * @param isa instruction set flags in lower case, as Linux names them ({@code avx2}, {@code avx512_vnni}); empty where
 *     the system does not say
 * @param cores physical cores within the process's CPU quota and affinity, ≥ 1
 * @param memoryBytes physical memory, 0 where the system does not say
 */
public record Hardware(String cpu, Set<String> isa, int cores, long memoryBytes) {

  public Hardware {
    isa = Set.copyOf(isa);
  }

  /**
   * Looks.
   *
   * @throws DeviceException if the processor is big-endian
   */
  public static Hardware detect() {
    return HardwareProbe.detect();
  }
}
