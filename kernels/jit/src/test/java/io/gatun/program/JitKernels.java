package io.gatun.program;

import io.gatun.conformance.Kernels;
import io.gatun.cpu.KernelTier;
import io.gatun.jit.JitTier;
import java.util.function.Supplier;

/** The kernels in machine code, for the suite of the contract, also in a JVM of its own. */
public final class JitKernels implements Supplier<Kernels> {
  private static final KernelTier TIER = new JitTier();

  @Override
  public Kernels get() {
    return new Kernels(TIER.name(), TIER::q8Matmul, TIER::floatMatmul, TIER.rowKernels());
  }
}
