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
 */
public record Kernels(
    String name,
    Function<QuantizedEncoding, Optional<MatmulKernel<QuantizedRows>>> q8,
    Function<Encoding, Optional<MatmulKernel<HostBuffer>>> floats,
    Function<HostMatrix, Optional<MatmulKernel<QuantizedRows>>> q8OfPlanes,
    Function<HostMatrix, Optional<MatmulKernel<HostBuffer>>> floatOfPlanes,
    Optional<RowKernels> rows) {

  /** Without kernels for matrices in planes. */
  public Kernels(
      String name,
      Function<QuantizedEncoding, Optional<MatmulKernel<QuantizedRows>>> q8,
      Function<Encoding, Optional<MatmulKernel<HostBuffer>>> floats,
      Optional<RowKernels> rows) {
    this(name, q8, floats, _ -> Optional.empty(), _ -> Optional.empty(), rows);
  }
}
