package io.gatun.conformance;

import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RowKernels;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.QuantizedEncoding;
import java.util.Optional;
import java.util.function.Function;

/**
 * The kernels that are put to the test: a tier's, wherever it keeps them. Immutable.
 *
 * @param name for messages: {@code vector256}
 * @param q8 the kernel for 8-bit activations, if there is one for the encoding
 * @param floats the kernel for float activations, if there is one for the encoding
 * @param q8OfPlanes the kernel for a matrix in planes and 8-bit activations, if there is one
 * @param floatOfPlanes the kernel for a matrix in planes and float activations, if there is one
 * @param rows the operations on rows, if the tier has its own
 * @param roundToBf16 whether those for float activations round both operands as {@link io.gatun.device.Bf16} says
 */
public record Kernels(
    String name,
    Function<QuantizedEncoding, Optional<MatmulKernel<QuantizedRows>>> q8,
    Function<Encoding, Optional<MatmulKernel<HostBuffer>>> floats,
    Function<HostMatrix, Optional<MatmulKernel<QuantizedRows>>> q8OfPlanes,
    Function<HostMatrix, Optional<MatmulKernel<HostBuffer>>> floatOfPlanes,
    Optional<RowKernels> rows,
    boolean roundToBf16) {

  /** Kernels that compute with floats as they are, without any for matrices in planes. */
  public Kernels(
      String name,
      Function<QuantizedEncoding, Optional<MatmulKernel<QuantizedRows>>> q8,
      Function<Encoding, Optional<MatmulKernel<HostBuffer>>> floats,
      Optional<RowKernels> rows) {
    this(name, q8, floats, _ -> Optional.empty(), _ -> Optional.empty(), rows, false);
  }

  /** Only kernels for float activations, which round both operands to bf16. */
  public static Kernels roundingToBf16(String name, Function<Encoding, Optional<MatmulKernel<HostBuffer>>> floats) {
    return new Kernels(
        name, _ -> Optional.empty(), floats, _ -> Optional.empty(), _ -> Optional.empty(), Optional.empty(), true);
  }
}
