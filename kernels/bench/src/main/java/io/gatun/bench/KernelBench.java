package io.gatun.bench;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Backend;
import io.gatun.device.Device;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.device.KernelCap;
import io.gatun.device.KvType;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.QuantizedEncoding;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints a table of what the kernels do per second here, and of what share of the measured peaks that is. */
@Command(name = "kernel-bench", mixinStandardHelpOptions = true, sortOptions = false)
public final class KernelBench implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--encodings",
      split = ",",
      defaultValue = "q4_0,q8_0,q4_k,q6_k,f16,bf16,f32",
      description = "of the weights: ${DEFAULT-VALUE}")
  private List<String> encodings = List.of();

  @Option(
      names = "--activations",
      split = ",",
      defaultValue = "q8,f32",
      description = "precisions of the activations: ${DEFAULT-VALUE}")
  private List<String> precisions = List.of();

  @Option(names = {"-t", "--threads"}, defaultValue = "0", description = "0 for all cores")
  private int threads;

  @Option(names = "--kernels", defaultValue = "auto", description = "auto, scalar, vector or jit")
  private String kernels = "";

  @Option(names = "--seconds", defaultValue = "1", description = "to measure each figure for: ${DEFAULT-VALUE}")
  private double seconds;

  /** Ends with the status that picocli gives. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new KernelBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    Hardware hardware = Hardware.detect();
    KernelCap cap = KernelCap.parse(kernels);
    int count = threads == 0 ? hardware.cores() : threads;
    var stopwatch = new Stopwatch(Duration.ofNanos((long) (seconds * 1e9)));
    Peaks peaks = Peaks.measure(count, stopwatch);
    print("%s, %d threads", hardware.cpu(), count);
    print(
        "peaks: %.1f GMAC/s in floats, %.1f GMAC/s in 16-bit integers, %.2f GB/s read from a mapped file",
        peaks.floatMacs() / 1e9,
        peaks.shortMacs() / 1e9,
        peaks.readBytes() / 1e9);
    for (String precision : precisions) {
      table(hardware, new DeviceOptions(count, cap, ActivationPrecision.parse(precision)), peaks, stopwatch);
    }
    return 0;
  }

  private void table(Hardware hardware, DeviceOptions options, Peaks peaks, Stopwatch stopwatch) {
    Device device = Backend.named("cpu").open(hardware, options);
    print("%n%s%n%s", device.describe(), Figures.HEADER);
    try (var shared = new Workloads(device, options.precision())) {
      row(shared.norm(Workloads.PREFILL_TOKENS, Workloads.DECODE_COLS), device, peaks, stopwatch);
      for (KvType type : KvType.values()) {
        row(shared.attention(type, 1, 4096), device, peaks, stopwatch);
        row(shared.attention(type, 256, 1024), device, peaks, stopwatch);
      }
    }
    for (String id : encodings) {
      Encoding encoding = encoding(id);
      if (options.precision().equals(ActivationPrecision.Q8) || encoding instanceof QuantizedEncoding || precisions.size() == 1) {
        try (var own = new Workloads(Backend.named("cpu").open(hardware, options), options.precision())) {
          row(own.prefill(encoding), own.device(), peaks, stopwatch);
          row(own.decode(encoding), own.device(), peaks, stopwatch);
        }
      }
    }
  }

  /** @throws IllegalArgumentException for an unknown word */
  private static Encoding encoding(String id) {
    return Encodings.byId(id).orElseThrow(() -> new IllegalArgumentException("encoding '%s' is not known".formatted(id)));
  }

  private void row(Workload workload, Device device, Peaks peaks, Stopwatch stopwatch) {
    print("%s", new Figures(workload, stopwatch.seconds(workload.body()), peaks, device.tier()).line());
  }

  @SuppressWarnings("AnnotateFormatMethod") // not worth a dependency
  private void print(String format, Object... arguments) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(String.format(Locale.ROOT, format, arguments));
    out.flush();
  }
}
