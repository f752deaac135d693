package io.gatun.cpu;

import io.gatun.device.ByteDots;
import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.KernelCap;
import io.gatun.device.MatmulKernel;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RowKernels;
import io.gatun.device.Verdict;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.QuantizedEncoding;
import java.util.Optional;

/**
 * A way to compute that some computers allow: a set of kernels, each of which replaces a weaker tier's in the {@link
 * KernelTable} once it has passed its self-check. Found by {@link java.util.ServiceLoader}. Stateless and thread-safe.
 *
 * <p>With 8-bit activations kernels compute the scalar kernel's function to the last bit; in floating point they may
 * have their own order, which depends neither on threads nor on how rows are grouped.
 */
public interface KernelTier {

  /** For people and benchmark records: {@code vector512}. */
  String name();

  /** Which cap admits the tier: {@link KernelCap#VECTOR} or {@link KernelCap#JIT}. */
  KernelCap level();

  /** Orders the tiers of a level: the larger one's kernels win. */
  int strength();

  /** Whether the tier can run here, or what it lacks. Called once, before anything else is asked of it. */
  Verdict verdict(Hardware hardware);

  /** A kernel for 8-bit activations, if the tier has one for the encoding. */
  Optional<MatmulKernel<QuantizedRows>> q8Matmul(QuantizedEncoding encoding);

  /** A kernel for float activations, if the tier has one for the encoding. */
  Optional<MatmulKernel<HostBuffer>> floatMatmul(Encoding encoding);

  /** Products of 8-bit integers, if the tier has its own. */
  default Optional<ByteDots> byteDots() {
    return Optional.empty();
  }

  /**
   * A kernel for float activations that rounds both operands as {@link io.gatun.device.Bf16} says, if the tier has one
   * for the encoding: for {@link io.gatun.device.DeviceOptions#roundsToBf16}.
   */
  default Optional<MatmulKernel<HostBuffer>> bf16Matmul(Encoding encoding) {
    return Optional.empty();
  }

  /**
   * A kernel for 8-bit activations and a matrix in several planes that is integer codes, if the tier has one. Matrices
   * for which the tiers have equal kernels are alike: the first of them is what kernels are checked on, for all of
   * them.
   *
   * @param w whose encoding is a {@link io.gatun.tensors.MatrixEncoding} with codes
   */
  default Optional<MatmulKernel<QuantizedRows>> q8OfPlanes(HostMatrix w) {
    return Optional.empty();
  }

  /**
   * A kernel for float activations and a matrix in several planes, as {@link #q8OfPlanes}.
   *
   * @param w whose encoding is a {@link io.gatun.tensors.MatrixEncoding}
   */
  default Optional<MatmulKernel<HostBuffer>> floatOfPlanes(HostMatrix w) {
    return Optional.empty();
  }

  /** The operations on rows, if the tier has its own; it may hand some of them to the scalar kernels. */
  Optional<RowKernels> rowKernels();
}
