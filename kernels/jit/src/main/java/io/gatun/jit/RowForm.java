package io.gatun.jit;

import io.gatun.device.HostMatrix;
import io.gatun.device.QuantizedRows;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.CodeLayout;
import io.gatun.tensors.FlatBlockEncoding;
import io.gatun.tensors.IntegerCodes;
import io.gatun.tensors.LevelEncoding;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.PackedCodes.Axis;
import io.gatun.tensors.PackedCodes.Order;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.SignedBytes;
import io.gatun.tensors.ZeroPoints;
import java.util.Optional;

/**
 * What machine code must know of a matrix in planes whose rows lie one behind the other: codes of neighbouring columns are
 * neighbours in memory, as in the blocks of GGUF files, but factors are apart.
 *
 * @param codes how they are packed
 * @param group columns that have factors in common, 16 or 32; longer groups repeat theirs
 * @param scales how they are stored
 * @param sharing which values have a scale in common
 * @param areMultiplied whether scales are multiplied by a number that all have in common
 * @param areDivided whether they are divided by one
 * @param zeros what is subtracted from codes
 */
record RowForm(
    Codes codes,
    int group,
    Scales scales,
    Sharing sharing,
    boolean areMultiplied,
    boolean areDivided,
    Zeros zeros) {

  /** How a row's codes lie. */
  enum Codes {
    /** Of 4 bits, two to a byte, the first one low. */
    NIBBLES(16),
    /** The same, which stand for the levels of {@link LevelEncoding}. */
    E2M1(16),
    /** Of 4 bits, two to a byte, the first one high, which stand for levels of {@link FlatBlockEncoding.Table}. */
    NF4(16),
    FP4(16),
    /** Bytes without a sign. */
    UNSIGNED_BYTES(32),
    SIGNED_BYTES(32);

    /** Bytes of a run of 32 columns. */
    final int runBytes;

    Codes(int runBytes) {
      this.runBytes = runBytes;
    }

    /** Whether they have 4 bits. */
    boolean areNibbles() {
      return runBytes < QuantizedRows.RUN;
    }

    /** The levels of all codes, larger by the {@link #center}; empty if codes are numbers. */
    Optional<byte[]> levels() {
      return switch (this) {
        case E2M1 -> Optional.of(BitMasks.sixteen(code -> LevelEncoding.twice(code) + center()));
        case NF4, FP4 -> Optional.of(BitMasks.sixteen(code -> table().level(code)));
        case NIBBLES, UNSIGNED_BYTES, SIGNED_BYTES -> Optional.empty();
      };
    }

    /** What unsigned levels are too large by. */
    int center() {
      return this == E2M1 ? LevelEncoding.LARGEST : 0;
    }

    /** What a code stands for. */
    FlatBlockEncoding.Table table() {
      return switch (this) {
        case NF4 -> FlatBlockEncoding.Table.NF4;
        case FP4 -> FlatBlockEncoding.Table.FP4;
        default -> throw new IllegalStateException(name());
      };
    }
  }

  /** How scales are stored. */
  enum Scales {
    F16(2),
    BF16(2),
    F32(4),
    /** Bytes that stand for powers of two: {@link io.gatun.tensors.Encodings#F8_E8M0}. */
    E8M0(1),
    E4M3(1),
    /** {@linkplain FlatBlockEncoding.Nested Quantized themselves}; made floats before they are read. */
    NESTED(4);

    /** Of a number, as it is read. */
    final int bytes;

    Scales(int bytes) {
      this.bytes = bytes;
    }

    /** Those of a type; empty if scales of it are not read. */
    static Optional<Scales> of(PlainEncoding type) {
      return switch (type.id()) {
        case "f16" -> Optional.of(F16);
        case "bf16" -> Optional.of(BF16);
        case "f32" -> Optional.of(F32);
        case "f8_e8m0" -> Optional.of(E8M0);
        case "f8_e4m3" -> Optional.of(E4M3);
        default -> Optional.empty();
      };
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
    int group = w.planeCodes().map(IntegerCodes::groupLength).orElse(0);
    if (w.cols() % QuantizedRows.RUN != 0 || group == 0) {
      return Optional.empty();
    }
    return switch (w.encoding()) {
      case AffineEncoding affine when affine.groups().length() > 0 && group == QuantizedRows.RUN -> of(affine);
      case LevelEncoding levels -> of(levels, w.cols() / levels.length());
      case FlatBlockEncoding flat -> of(flat, w.cols() / flat.groupLength());
      default -> Optional.empty();
    };
  }

  private static Optional<RowForm> of(AffineEncoding encoding) {
    ScaleGrid grid = encoding.scales();
    Optional<Codes> codes = codes(encoding.layout());
    Optional<Scales> scales = Scales.of(grid.type()).filter(type -> type.bytes > 1);
    Optional<Sharing> sharing = sharing(grid);
    Optional<Zeros> zeros = zeros(encoding.zeros(), encoding.layout());
    return codes.isEmpty() || scales.isEmpty() || sharing.isEmpty() || zeros.isEmpty()
        ? Optional.empty()
        : Optional.of(of(codes.get(), QuantizedRows.RUN, scales.get(), sharing.get(), grid, zeros.get()));
  }

  /** @param groups of a row: bytes of scales are read two or four together */
  private static Optional<RowForm> of(LevelEncoding encoding, long groups) {
    ScaleGrid grid = encoding.scales();
    Optional<Scales> scales = Scales.of(grid.type()).filter(type -> type.bytes > 1 || groups % 2 == 0);
    boolean areNeighbours = grid.groupStride() == 1 && grid.rowStride() == groups && grid.rowBlock() == 1;
    return areNeighbours && grid.expertStride() == 0
        ? scales.map(type -> of(Codes.E2M1, encoding.groupLength(), type, Sharing.GROUPS, grid, Zeros.MIDDLE))
        : Optional.empty();
  }

  private static RowForm of(Codes codes, int group, Scales scales, Sharing sharing, ScaleGrid grid, Zeros zeros) {
    return new RowForm(codes, group, scales, sharing, grid.factor() != 1, grid.divisor() != 1, zeros);
  }

  /** @param groups of a row: scales that are nested are made floats eight at a time, which have an outer one in common */
  private static Optional<RowForm> of(FlatBlockEncoding encoding, long groups) {
    Optional<FlatBlockEncoding.Nested> nested = encoding.nested();
    int eight = Emitter.ROWS;
    boolean isReadable = nested.isEmpty() || (groups % eight == 0 && nested.get().length() % eight == 0);
    Codes codes =
        switch (encoding.table()) {
          case NF4 -> Codes.NF4;
          case FP4 -> Codes.FP4;
        };
    Scales scales = nested.isEmpty() ? Scales.F32 : Scales.NESTED;
    int group = encoding.codes().orElseThrow().groupLength();
    return isReadable
        ? Optional.of(new RowForm(codes, group, scales, Sharing.GROUPS, true, false, Zeros.MIDDLE))
        : Optional.empty();
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
    if (grid.expertStride() != 0) {
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
    return switch (codes) {
      case NIBBLES ->
          hasFactors()
              ? new Shape(codes.runBytes, run, group, 15, 0, false, Shape.Minimums.ZEROS)
              : new Shape(codes.runBytes, run, group, 15, PlaneForm.middle(4), false, Shape.Minimums.NONE);
      case E2M1 ->
          new Shape(codes.runBytes, run, group, 2 * codes.center(), codes.center(), false, Shape.Minimums.NONE);
      case NF4, FP4 ->
          new Shape(codes.runBytes, run, group, codes.table().largestLevel(), 0, true, Shape.Minimums.NONE);
      case UNSIGNED_BYTES, SIGNED_BYTES -> {
        var minimums = hasFactors() ? Shape.Minimums.ADDED : Shape.Minimums.NONE;
        yield new Shape(codes.runBytes, run, group, -Byte.MIN_VALUE, 0, true, minimums);
      }
    };
  }

  /** Whether there are factors beside the scales: what zero points are, or become where codes less them are no bytes. */
  boolean hasFactors() {
    return zeros != Zeros.MIDDLE;
  }

  /** The functions on strips, and on panels in a form. */
  StripFunctions functions(Isa isa) {
    return StripFunctions.of(ofStrips(), ofPanels(), isa);
  }

  /** How runs are taken apart in strips. */
  BlockCode ofStrips() {
    return codes.areNibbles() ? new RowNibbles(this) : new RowBytes(shape(), codes == Codes.UNSIGNED_BYTES);
  }

  /** How runs are taken apart in panels. */
  BlockCode ofPanels() {
    return codes.areNibbles() ? new RowNibblesInOrder(this) : ofStrips();
  }

  /** Whether the first of two nibbles is the high one. */
  boolean isHighFirst() {
    return codes == Codes.NF4 || codes == Codes.FP4;
  }
}
