package io.gatun.program;

import io.gatun.conformance.Kernels;
import io.gatun.cpu.KernelTier;
import io.gatun.cpu.vector.VectorTier;
import java.util.function.Supplier;

/** The kernels of the Vector API, for the suite of the contract, also in a JVM of its own. */
public final class VectorKernels implements Supplier<Kernels> {
  private static final KernelTier TIER = new VectorTier();

  @Override
  public Kernels get() {
    return new Kernels(
        TIER.name(),
        TIER::q8Matmul,
        TIER::floatMatmul,
        TIER::q8OfPlanes,
        TIER::floatOfPlanes,
        TIER.rowKernels(),
        false);
  }
}
