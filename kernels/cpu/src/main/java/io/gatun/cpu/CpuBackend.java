package io.gatun.cpu;

import io.gatun.device.Backend;
import io.gatun.device.Device;
import io.gatun.device.DeviceException;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.device.KernelCap;
import io.gatun.device.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The CPU, which is always there. {@code -Dgatun.require=scalar|vector|jit} makes it an error to end up with kernels
 * weaker than that. Stateless and thread-safe.
 */
public final class CpuBackend implements Backend {
  private final List<KernelTier> tiers;

  /** With the kernel tiers that are installed. */
  public CpuBackend() {
    this(
        ServiceLoader.load(KernelTier.class, KernelTier.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  CpuBackend(List<KernelTier> tiers) {
    this.tiers = tiers;
  }

  @Override
  public String id() {
    return "cpu";
  }

  @Override
  public Verdict verdict(Hardware hardware) {
    return new Verdict.Usable();
  }

  /**
   * Opens the device.
   *
   * @throws DeviceException if the java command lacks the flags for anything but the scalar kernels, or if the tier
   *     asked for is missing, refuses, or failed its self-checks
   * @throws IllegalArgumentException if {@code gatun.require} is not a tier
   */
  @Override
  public Device open(Hardware hardware, DeviceOptions options) {
    Optional<KernelCap> required = required();
    missingFlags(options.kernels())
        .ifPresent(
            message -> {
              throw new DeviceException(message);
            });
    KernelTable table = table(hardware, options);
    requireLevel(table, options.kernels(), "kernels " + options.kernels().id() + " asked for");
    required.ifPresent(level -> requireLevel(table, level, "-Dgatun.require=" + level.id()));
    return new CpuDevice(options.threads() == 0 ? hardware.cores() : options.threads(), table, options.precision());
  }

  @Override
  public List<String> report(Hardware hardware, DeviceOptions options) {
    var lines = new ArrayList<String>();
    Optional<String> missing = missingFlags(options.kernels());
    if (missing.isPresent()) {
      lines.add(missing.get());
    } else {
      KernelTable table = table(hardware, options).checked();
      lines.add("kernels: " + table.describe());
      lines.add("rounded to bf16 with fast-float: " + table.roundingToBf16().fastFloats());
      lines.addAll(table.notes());
    }
    return List.copyOf(lines);
  }

  private KernelTable table(Hardware hardware, DeviceOptions options) {
    KernelTable table = KernelTable.choose(hardware, options.kernels(), tiers);
    return options.roundsToBf16() ? table.roundingToBf16() : table;
  }

  private static Optional<String> missingFlags(KernelCap cap) {
    return switch (cap) {
      case SCALAR -> Optional.empty();
      case AUTO, VECTOR, JIT -> LaunchFlags.missing(CpuBackend.class.getModule(), ModuleLayer.boot());
    };
  }

  private static Optional<KernelCap> required() {
    String word = System.getProperty("gatun.require", "");
    return switch (word) {
      case "" -> Optional.empty();
      case "scalar", "vector", "jit" -> Optional.of(KernelCap.parse(word));
      default ->
          throw new IllegalArgumentException("-Dgatun.require=%s: expected scalar|vector|jit".formatted(word));
    };
  }

  private void requireLevel(KernelTable table, KernelCap level, String asked) {
    boolean weaker =
        switch (level) {
          case AUTO, SCALAR -> false;
          case VECTOR, JIT -> !table.reaches(level);
        };
    if (weaker) {
      boolean installed = tiers.stream().anyMatch(tier -> tier.level() == level);
      throw new DeviceException(
          "%s: found kernels %s, %s; ask for kernels auto or scalar"
              .formatted(
                  asked,
                  table.describe(),
                  installed ? String.join("; ", table.notes()) : "no %s tier is installed".formatted(level.id())));
    }
  }
}
