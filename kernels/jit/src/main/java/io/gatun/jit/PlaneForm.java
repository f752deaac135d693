package io.gatun.jit;

import io.gatun.device.HostMatrix;
import io.gatun.device.QuantizedRows;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.CodeLayout;
import io.gatun.tensors.Exl2Encoding;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.PackedCodes.Axis;
import io.gatun.tensors.PackedCodes.Order;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.ZeroPoints;
import java.util.Optional;

/**
 * What machine code must know of a matrix in planes whose rows lie side by side: codes of neighbouring rows are
 * neighbours in memory, and so are their scales and zero points.
 *
 * @param codes how they are packed
 * @param scales how they are stored
 * @param zeros what is subtracted from codes
 */
record PlaneForm(Codes codes, Scales scales, Zeros zeros) {

  /** How codes of columns and rows share 32-bit words. */
  enum Codes {
    /** Dense streams down the columns of a row: word w of the next row is the next word. Of any width. */
    STREAMS(4, Integer.BYTES * Byte.SIZE, 1024),
    /** Words of 4-bit codes of eight rows, interleaved, a row of words for each column. */
    NIBBLES(8, 4, 4096);

    /** Vectors of eight rows that are computed together. */
    final int vectors;

    /** Of a row in a row of words. */
    private final int bits;

    /**
     * Rows that one activation row meets together: memory is read in pieces of so many rows, 2 KB or more, and what is
     * kept of all of them meanwhile should fit the caches.
     */
    final int together;

    Codes(int vectors, int bits, int together) {
      this.vectors = vectors;
      this.bits = bits;
      this.together = together;
    }

    /** Rows that are computed together. */
    int step() {
      return vectors * Emitter.ROWS;
    }

    /** Bytes of so many rows in a row of words. */
    long bytes(long rows) {
      return rows * bits / Byte.SIZE;
    }
  }

  /** How the scales of a group are stored. */
  enum Scales {
    F16(16),
    BF16(16),
    F32(32),
    /**
     * Codes c of 4 bits, a word for eight rows: the scale is (c + 1)² times a unit of the group, rounded to 16 bits.
     */
    SQUARES(4);

    private final int bits;

    Scales(int bits) {
      this.bits = bits;
    }

    /** Those of a type; empty if scales of it are not read. */
    static Optional<Scales> of(PlainEncoding type) {
      return switch (type.id()) {
        case "f16" -> Optional.of(F16);
        case "bf16" -> Optional.of(BF16);
        case "f32" -> Optional.of(F32);
        default -> Optional.empty();
      };
    }

    long bytes(long rows) {
      return rows * bits / Byte.SIZE;
    }
  }

  /** What is subtracted from codes. */
  enum Zeros {
    /** The middle of the codes. */
    MIDDLE,
    /** A number of each row and group, packed like the codes along the rows. */
    STORED,
    /** The same, stored less one. */
    STORED_LESS_ONE
  }

  /** Of a matrix; empty if it is of another form. */
  static Optional<PlaneForm> of(HostMatrix w) {
    if (w.cols() % QuantizedRows.RUN != 0) {
      return Optional.empty();
    }
    return switch (w.encoding()) {
      case Exl2Encoding exl2 when exl2.groupLength() == QuantizedRows.RUN ->
          Optional.of(new PlaneForm(Codes.STREAMS, Scales.SQUARES, Zeros.MIDDLE));
      case AffineEncoding affine when affine.groups().length() > 0 && affine.groupLength() == QuantizedRows.RUN ->
          of(affine);
      default -> Optional.empty();
    };
  }

  /** That of a matrix of integer codes, whatever its groups are. */
  static Optional<PlaneForm> of(AffineEncoding encoding) {
    return codes(encoding.layout())
        .flatMap(
            codes ->
                scales(encoding.scales())
                    .flatMap(
                        scales ->
                            zeros(encoding.zeros(), (PackedCodes) encoding.layout())
                                .map(zeros -> new PlaneForm(codes, scales, zeros))));
  }

  private static Optional<Codes> codes(CodeLayout layout) {
    if (!(layout instanceof PackedCodes packed) || packed.plusOne()) {
      return Optional.empty();
    }
    if (packed.order() == Order.DENSE && packed.axis() == Axis.COLUMNS && packed.streamStride() == 1) {
      return Optional.of(Codes.STREAMS);
    }
    return packed.order() == Order.INTERLEAVED && packed.axis() == Axis.ROWS && packed.wordStride() == 1
        ? Optional.of(Codes.NIBBLES)
        : Optional.empty();
  }

  private static Optional<Scales> scales(ScaleGrid grid) {
    if (!grid.equals(ScaleGrid.of(grid.type(), grid.rows(), 1, grid.groupStride()))) {
      return Optional.empty();
    }
    return Scales.of(grid.type());
  }

  private static Optional<Zeros> zeros(ZeroPoints zeros, PackedCodes codes) {
    return switch (zeros) {
      case ZeroPoints.Fixed(int zero) when zero == middle(codes.bits()) -> Optional.of(Zeros.MIDDLE);
      case ZeroPoints.Stored(PackedCodes packed) when isLike(packed, codes) && hasZeros(codes.bits()) ->
          Optional.of(packed.plusOne() ? Zeros.STORED_LESS_ONE : Zeros.STORED);
      default -> Optional.empty();
    };
  }

  private static boolean isLike(PackedCodes zeros, PackedCodes codes) {
    return zeros.bits() == codes.bits()
        && zeros.order() == codes.order()
        && zeros.axis() == Axis.ROWS
        && zeros.wordStride() == 1;
  }

  /** Whether zero points of a width can be read: those of 5, 6 and 7 bits are not stored in this order. */
  private static boolean hasZeros(int bits) {
    return bits <= 4 || bits == Byte.SIZE;
  }

  static int middle(int bits) {
    return 1 << (bits - 1);
  }

  /** Whether codes of a width are made signed bytes: unsigned ones do not fit products of bytes. */
  static boolean isSigned(int bits) {
    return bits == Byte.SIZE;
  }

  /** Whether zero points become minimums, as codes less them are no bytes. */
  boolean hasMinimums(int bits) {
    return isSigned(bits) && zeros != Zeros.MIDDLE;
  }

  /** Whether zero points are subtracted as integers. */
  boolean subtracts(int bits) {
    return !isSigned(bits) && zeros != Zeros.MIDDLE;
  }

  /**
   * A panel of codes of a width: signed bytes, or unsigned ones that are too large by the center or by a zero point of
   * each row.
   */
  Shape panel(int bits) {
    int run = QuantizedRows.RUN;
    if (isSigned(bits)) {
      var minimums = hasMinimums(bits) ? Shape.Minimums.ADDED : Shape.Minimums.NONE;
      return new Shape(run, run, run, -Byte.MIN_VALUE, 0, true, minimums);
    }
    int largest = (1 << bits) - 1;
    return subtracts(bits)
        ? new Shape(run, run, run, largest, 0, false, Shape.Minimums.ZEROS)
        : new Shape(run, run, run, largest, middle(bits), false, Shape.Minimums.NONE);
  }
}
