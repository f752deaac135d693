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
 * @param bits of a code, 2, 3, 4 or 8
 */
record SortedForm(PlaneForm plane, int bits) {

  /** Of a matrix; empty if it is of another form. */
  static Optional<SortedForm> of(HostMatrix w) {
    return w.cols() % QuantizedRows.RUN == 0
            && w.encoding() instanceof AffineEncoding affine
            && affine.groups().length() == 0
            && affine.groupLength() == QuantizedRows.RUN
            && (affine.bits() <= 4 || affine.bits() == Byte.SIZE)
        ? PlaneForm.of(affine)
            .filter(plane -> plane.codes() == PlaneForm.Codes.STREAMS)
            .map(plane -> new SortedForm(plane, affine.bits()))
        : Optional.empty();
  }

  /** Whether some codes begin in one word and end in the next. */
  boolean straddles() {
    return Integer.SIZE % bits != 0;
  }

  /** Rows of words in which some columns begin and end, and how many columns these are. */
  int words() {
    return straddles() ? bits : 1;
  }

  int columns() {
    return words() * Integer.SIZE / bits;
  }
}
