package io.gatun.jit;

import io.gatun.device.HostMatrix;
import io.gatun.device.QuantizedRows;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.CodeLayout;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.PackedCodes.Axis;
import io.gatun.tensors.PackedCodes.Order;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.SignedBytes;
import io.gatun.tensors.ZeroPoints;
import java.util.Optional;

/**
 * What machine code must know of a matrix in planes whose rows lie one behind the other: codes of neighbouring columns are
 * neighbours in memory, as in the blocks of GGUF files, but factors are apart.
 *
 * @param codes how they are packed
 * @param scales of which type they are
 * @param sharing which values have a scale in common
 * @param areDivided whether scales are divided by a number that all have in common
 * @param zeros what is subtracted from codes
 */
record RowForm(Codes codes, PlaneForm.Scales scales, Sharing sharing, boolean areDivided, Zeros zeros) {

  /** How a row's codes lie. */
  enum Codes {
    /** Of 4 bits, two to a byte, the first one low. */
    NIBBLES(16),
    /** Bytes without a sign. */
    UNSIGNED_BYTES(32),
    SIGNED_BYTES(32);

    /** Bytes of a run of 32 columns. */
    final int runBytes;

    Codes(int runBytes) {
      this.runBytes = runBytes;
    }
  }

  /** What has a scale in common. */
  enum Sharing {
    /** Columns of a row; scales of a row's groups are neighbours, and rows follow without gaps. */
    GROUPS,
    /** All values. */
    MATRIX
  }

  /** What is subtracted from codes. */
  enum Zeros {
    /** The middle of the codes. */
    MIDDLE,
    /** A number of each row and group: streams along the rows, a row of words for neighbouring rows. */
    ACROSS,
    /** A number of 4 bits of each row and group: streams along the groups. */
    ALONG
  }

  /** Of a matrix; empty if it is of another form. */
  static Optional<RowForm> of(HostMatrix w) {
    return w.encoding() instanceof AffineEncoding affine
            && w.cols() % QuantizedRows.RUN == 0
            && affine.groups().length() > 0
            && affine.groupLength() == QuantizedRows.RUN
        ? of(affine)
        : Optional.empty();
  }

  private static Optional<RowForm> of(AffineEncoding encoding) {
    ScaleGrid grid = encoding.scales();
    Optional<Codes> codes = codes(encoding.layout());
    Optional<PlaneForm.Scales> scales = PlaneForm.Scales.of(grid.type());
    Optional<Sharing> sharing = sharing(grid);
    Optional<Zeros> zeros = zeros(encoding.zeros(), encoding.layout());
    return codes.isEmpty() || scales.isEmpty() || sharing.isEmpty() || zeros.isEmpty()
        ? Optional.empty()
        : Optional.of(new RowForm(codes.get(), scales.get(), sharing.get(), grid.divisor() != 1, zeros.get()));
  }

  private static Optional<Codes> codes(CodeLayout layout) {
    return switch (layout) {
      case SignedBytes _ -> Optional.of(Codes.SIGNED_BYTES);
      case PackedCodes packed when isDense(packed, Axis.COLUMNS) && packed.wordStride() == 1 -> ofWidth(packed.bits());
      default -> Optional.empty();
    };
  }

  private static Optional<Codes> ofWidth(int bits) {
    return switch (bits) {
      case 4 -> Optional.of(Codes.NIBBLES);
      case Byte.SIZE -> Optional.of(Codes.UNSIGNED_BYTES);
      default -> Optional.empty();
    };
  }

  /** Whether words are whole codes in their order. */
  private static boolean isDense(PackedCodes packed, Axis axis) {
    boolean isWhole = packed.order() == Order.DENSE || (packed.order() == Order.WHOLE && Integer.SIZE % packed.bits() == 0);
    return isWhole && packed.axis() == axis && !packed.plusOne();
  }

  private static Optional<Sharing> sharing(ScaleGrid grid) {
    if (grid.expertStride() != 0 || grid.factor() != 1) {
      return Optional.empty();
    }
    if (grid.rowStride() == 0 && grid.groupStride() == 0) {
      return Optional.of(Sharing.MATRIX);
    }
    boolean areNeighbours = grid.groupStride() <= 1 && grid.rowStride() >= Math.max(1, grid.groupStride());
    return grid.rowBlock() == 1 && areNeighbours ? Optional.of(Sharing.GROUPS) : Optional.empty();
  }

  private static Optional<Zeros> zeros(ZeroPoints zeros, CodeLayout codes) {
    return switch (zeros) {
      case ZeroPoints.Fixed(int zero) when zero == PlaneForm.middle(codes.bits()) -> Optional.of(Zeros.MIDDLE);
      case ZeroPoints.Stored(PackedCodes packed) when packed.bits() == codes.bits() && codes instanceof PackedCodes ->
          zeros(packed);
      default -> Optional.empty();
    };
  }

  private static Optional<Zeros> zeros(PackedCodes packed) {
    if (isDense(packed, Axis.ROWS) && packed.streamStride() == 1) {
      return Optional.of(Zeros.ACROSS);
    }
    return isDense(packed, Axis.COLUMNS) && packed.wordStride() == 1 && packed.bits() == 4
        ? Optional.of(Zeros.ALONG)
        : Optional.empty();
  }

  /** How runs look to functions on strips. */
  Shape shape() {
    int run = QuantizedRows.RUN;
    if (codes != Codes.NIBBLES) {
      var minimums = hasFactors() ? Shape.Minimums.ADDED : Shape.Minimums.NONE;
      return new Shape(codes.runBytes, run, run, -Byte.MIN_VALUE, 0, true, minimums);
    }
    return hasFactors()
        ? new Shape(codes.runBytes, run, run, 15, 0, false, Shape.Minimums.ZEROS)
        : new Shape(codes.runBytes, run, run, 15, PlaneForm.middle(4), false, Shape.Minimums.NONE);
  }

  /** Whether there are factors beside the scales: what zero points are, or become where codes less them are no bytes. */
  boolean hasFactors() {
    return zeros != Zeros.MIDDLE;
  }

  /** The functions on strips and panels. */
  StripFunctions functions() {
    return StripFunctions.of(ofStrips(), ofPanels(), Isa.AVX2);
  }

  /** How runs are taken apart in strips. */
  BlockCode ofStrips() {
    return hasOrder() ? new RowNibbles(shape()) : new RowBytes(shape(), codes == Codes.UNSIGNED_BYTES);
  }

  /** How runs are taken apart in panels. */
  BlockCode ofPanels() {
    return hasOrder() ? new RowNibblesInOrder(shape()) : ofStrips();
  }

  /** Whether functions on strips need activations in the order of {@link RowNibbles}. */
  boolean hasOrder() {
    return codes == Codes.NIBBLES;
  }
}
