package io.gatun.jit;

import io.gatun.cpu.KernelTier;
import io.gatun.cpu.rows.LoopedRows;
import io.gatun.cpu.rows.RowLoops;
import io.gatun.cpu.vector.VectorTier;
import io.gatun.device.DeviceException;
import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.KernelCap;
import io.gatun.device.MatmulKernel;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RowKernels;
import io.gatun.device.Verdict;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Kernels in machine code that is assembled when the tier is asked for its verdict, for Linux on x86-64 with AVX2. Stateless
 * and thread-safe.
 */
public final class JitTier implements KernelTier {
  private static final List<String> NEEDED = List.of("avx2", "fma", "f16c");

  /** Found by {@link java.util.ServiceLoader}. */
  public JitTier() {}

  @Override
  public String name() {
    return "jit";
  }

  @Override
  public KernelCap level() {
    return KernelCap.JIT;
  }

  @Override
  public int strength() {
    return 0;
  }

  @Override
  public Verdict verdict(Hardware hardware) {
    return lacking(hardware, System.getProperty("os.name", ""), System.getProperty("os.arch", ""))
        .or(JitTier::refusal)
        .<Verdict>map(Verdict.Refused::new)
        .orElseGet(Verdict.Usable::new);
  }

  /** What the computer lacks, if anything. */
  static Optional<String> lacking(Hardware hardware, String system, String architecture) {
    if (!system.equals("Linux") || !architecture.equals("amd64")) {
      return Optional.of("its machine code is for Linux on x86-64, this is %s on %s".formatted(system, architecture));
    }
    List<String> missing = NEEDED.stream().filter(flag -> !hardware.isa().contains(flag)).toList();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("this processor has no " + String.join(", ", missing));
  }

  private static Optional<String> refusal() {
    Module module = JitTier.class.getModule();
    if (!module.isNativeAccessEnabled()) {
      return Optional.of(
          "add --enable-native-access=%s to the java command".formatted(module.isNamed() ? module.getName() : "ALL-UNNAMED"));
    }
    return Strips.REFUSAL;
  }

  @Override
  public Optional<MatmulKernel<QuantizedRows>> q8Matmul(QuantizedEncoding encoding) {
    return Optional.ofNullable(Strips.OF.get(encoding));
  }

  @Override
  public Optional<MatmulKernel<HostBuffer>> floatMatmul(Encoding encoding) {
    return Optional.empty();
  }

  @Override
  public Optional<RowKernels> rowKernels() {
    return loops().map(LoopedRows::new);
  }

  /** The loops over values; none in a JVM without the Vector API, which has those that are not in machine code. */
  static Optional<RowLoops> loops() {
    return Strips.LOOPS;
  }

  /** The functions, which stay for as long as the JVM runs; loaded by the verdict. */
  private static final class Strips {
    static final Map<QuantizedEncoding, JitMatmul> OF;
    static final Optional<RowLoops> LOOPS;
    static final Optional<String> REFUSAL;

    static {
      Map<QuantizedEncoding, JitMatmul> kernels = Map.of();
      Optional<RowLoops> loops = Optional.empty();
      Optional<String> refusal = Optional.empty();
      try {
        kernels = load();
        loops = VectorTier.loops().map(Strips::loops);
      } catch (DeviceException e) {
        refusal = Optional.of(String.valueOf(e.getMessage()));
      }
      OF = kernels;
      LOOPS = loops;
      REFUSAL = refusal;
    }

    private Strips() {}

    private static RowLoops loops(RowLoops others) {
      return new JitLoops(new CodeArena(JitLoops.code()).functions(), others);
    }

    private static Map<QuantizedEncoding, JitMatmul> load() {
      Map<QuantizedEncoding, BlockCode> blocks =
          Map.of(
              Encodings.Q4_0, new BlockQ4_0(),
              Encodings.Q8_0, new BlockQ8_0(),
              Encodings.Q4_K, new BlockQ4_K(),
              Encodings.Q6_K, new BlockQ6_K());
      List<Map.Entry<QuantizedEncoding, BlockCode>> entries = List.copyOf(blocks.entrySet());
      List<byte[]> functions =
          entries.stream()
              .map(Map.Entry::getValue)
              .flatMap(block -> Stream.of(StripEmitter.function(block), PanelEmitter.function(block)))
              .toList();
      List<MemorySegment> loaded = new CodeArena(functions).functions();
      var kernels = new HashMap<QuantizedEncoding, JitMatmul>();
      for (int i = 0; i < entries.size(); i++) {
        var entry = entries.get(i);
        kernels.put(entry.getKey(), new JitMatmul(entry.getValue(), loaded.get(2 * i), loaded.get(2 * i + 1)));
      }
      return kernels;
    }
  }
}
