package io.gatun.program;

import io.gatun.conformance.Kernels;
import io.gatun.cpu.KernelTier;
import io.gatun.jit.JitTier;
import java.util.function.Supplier;

/** The kernels in machine code of a form, for the suite of the contract, also in a JVM of its own. */
public abstract class JitKernels implements Supplier<Kernels> {
  private final KernelTier tier;

  private JitKernels(KernelTier tier) {
    this.tier = tier;
  }

  /** The tier. */
  public KernelTier tier() {
    return tier;
  }

  @Override
  public Kernels get() {
    return new Kernels(
        tier.name(),
        tier::q8Matmul,
        tier::floatMatmul,
        tier::q8OfPlanes,
        tier::floatOfPlanes,
        tier.rowKernels(),
        false);
  }

  /** Those for AVX2. */
  public static final class Avx2 extends JitKernels {

    /** For whoever loads the class. */
    public Avx2() {
      super(new JitTier());
    }
  }

  /** Those for AVX-VNNI. */
  public static final class AvxVnni extends JitKernels {

    /** For whoever loads the class. */
    public AvxVnni() {
      super(new JitTier.AvxVnni());
    }
  }

  /** Those for AVX-512. */
  public static final class Avx512 extends JitKernels {

    /** For whoever loads the class. */
    public Avx512() {
      super(new JitTier.Avx512());
    }
  }

  /** Those that round to bf16. */
  public static final class Avx512Bf16 extends JitKernels {

    /** For whoever loads the class. */
    public Avx512Bf16() {
      super(new JitTier.Avx512Bf16());
    }

    @Override
    public Kernels get() {
      return Kernels.roundingToBf16(tier().name(), tier()::bf16Matmul);
    }
  }
}
