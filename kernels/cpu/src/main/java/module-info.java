/** The CPU device: worker threads, kernel tiers and the table that chooses between them. */
module io.gatun.cpu {
  requires transitive io.gatun.device;
  requires io.gatun.tensors;
  requires jdk.incubator.vector;
  requires static org.jspecify;

  exports io.gatun.cpu;

  uses io.gatun.cpu.KernelTier;

  provides io.gatun.device.Backend with
      io.gatun.cpu.CpuBackend;
  provides io.gatun.cpu.KernelTier with
      io.gatun.cpu.vector.VectorTier;
}
