package io.gatun.jit;

import io.gatun.device.HostMatrix;
import io.gatun.device.QuantizedRows;
import io.gatun.tensors.AffineEncoding;
import java.util.Optional;

/**
 * What machine code must know of a matrix whose columns belong to groups in any order, and whose rows lie side by side: GPTQ
 * with act-order.
 *
 * @param plane how it is stored: in streams
 * @param bits of a code, 2 or 4
 */
record SortedForm(PlaneForm plane, int bits) {

  /** Of a matrix; empty if it is of another form. */
  static Optional<SortedForm> of(HostMatrix w) {
    return w.cols() % QuantizedRows.RUN == 0
            && w.encoding() instanceof AffineEncoding affine
            && affine.groups().length() == 0
            && affine.groupLength() == QuantizedRows.RUN
            && (affine.bits() == 2 || affine.bits() == 4)
        ? PlaneForm.of(affine)
            .filter(plane -> plane.codes() == PlaneForm.Codes.STREAMS)
            .map(plane -> new SortedForm(plane, affine.bits()))
        : Optional.empty();
  }

  /** Codes of a word. */
  int codesOfWord() {
    return Integer.SIZE / bits;
  }
}
