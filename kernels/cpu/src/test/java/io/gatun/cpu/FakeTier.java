package io.gatun.cpu;

import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.KernelCap;
import io.gatun.device.MatmulKernel;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RowKernels;
import io.gatun.device.Verdict;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.QuantizedEncoding;
import java.util.Map;
import java.util.Optional;

/** A tier put together by a test. */
record FakeTier(
    String name,
    KernelCap level,
    int strength,
    Verdict verdict,
    Map<Encoding, MatmulKernel<QuantizedRows>> q8,
    Map<Encoding, MatmulKernel<HostBuffer>> floats,
    Optional<RowKernels> rowKernels,
    Map<Encoding, MatmulKernel<HostBuffer>> bf16)
    implements KernelTier {

  static FakeTier usable(String name, KernelCap level, int strength, Map<Encoding, MatmulKernel<QuantizedRows>> q8) {
    return new FakeTier(name, level, strength, new Verdict.Usable(), q8, Map.of(), Optional.empty(), Map.of());
  }

  static FakeTier refusing(String name, KernelCap level, String reason) {
    return new FakeTier(name, level, 0, new Verdict.Refused(reason), Map.of(), Map.of(), Optional.empty(), Map.of());
  }

  FakeTier withFloats(Map<Encoding, MatmulKernel<HostBuffer>> kernels) {
    return new FakeTier(name, level, strength, verdict, q8, kernels, rowKernels, bf16);
  }

  FakeTier withRows(RowKernels kernels) {
    return new FakeTier(name, level, strength, verdict, q8, floats, Optional.of(kernels), bf16);
  }

  FakeTier withBf16(Map<Encoding, MatmulKernel<HostBuffer>> kernels) {
    return new FakeTier(name, level, strength, verdict, q8, floats, rowKernels, kernels);
  }

  @Override
  public Verdict verdict(Hardware hardware) {
    return verdict;
  }

  @Override
  public Optional<MatmulKernel<QuantizedRows>> q8Matmul(QuantizedEncoding encoding) {
    return Optional.ofNullable(q8.get(encoding));
  }

  @Override
  public Optional<MatmulKernel<HostBuffer>> floatMatmul(Encoding encoding) {
    return Optional.ofNullable(floats.get(encoding));
  }

  @Override
  public Optional<MatmulKernel<HostBuffer>> bf16Matmul(Encoding encoding) {
    return Optional.ofNullable(bf16.get(encoding));
  }
}
