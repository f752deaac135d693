/** Kernels in machine code, assembled at run time and called through the Foreign Function and Memory API. */
module io.gatun.jit {
  requires io.gatun.cpu;
  requires static org.jspecify;

  provides io.gatun.cpu.KernelTier with
      io.gatun.jit.JitTier,
      io.gatun.jit.JitTier.AvxVnni,
      io.gatun.jit.JitTier.Avx512,
      io.gatun.jit.JitTier.Avx512Bf16;
}
