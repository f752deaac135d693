/** The CPU device: worker threads, kernel tiers and the table that chooses between them. */
@SuppressWarnings("module") // the other tiers need not be there
module io.gatun.cpu {
  requires transitive io.gatun.device;
  requires io.gatun.tensors;
  requires static jdk.incubator.vector; // machine code needs it only for what it has no form of
  requires static org.jspecify;

  exports io.gatun.cpu;
  exports io.gatun.cpu.rows to
      io.gatun.jit;
  exports io.gatun.cpu.vector to
      io.gatun.jit;

  uses io.gatun.cpu.KernelTier;

  provides io.gatun.device.Backend with
      io.gatun.cpu.CpuBackend;
  provides io.gatun.cpu.KernelTier with
      io.gatun.cpu.vector.VectorTier;
}
