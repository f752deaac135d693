package io.gatun.conformance;

import io.gatun.device.HostBuffer;
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
 * @param rows the operations on rows, if the tier has its own
 * @param roundToBf16 whether those for float activations round both operands as {@link io.gatun.device.Bf16} says
 */
public record Kernels(
    String name,
    Function<QuantizedEncoding, Optional<MatmulKernel<QuantizedRows>>> q8,
    Function<Encoding, Optional<MatmulKernel<HostBuffer>>> floats,
    Optional<RowKernels> rows,
    boolean roundToBf16) {

  /** Kernels that compute with floats as they are. */
  public Kernels(
      String name,
      Function<QuantizedEncoding, Optional<MatmulKernel<QuantizedRows>>> q8,
      Function<Encoding, Optional<MatmulKernel<HostBuffer>>> floats,
      Optional<RowKernels> rows) {
    this(name, q8, floats, rows, false);
  }

  /** Only kernels for float activations, which round both operands to bf16. */
  public static Kernels roundingToBf16(String name, Function<Encoding, Optional<MatmulKernel<HostBuffer>>> floats) {
    return new Kernels(name, _ -> Optional.empty(), floats, Optional.empty(), true);
  }
}
