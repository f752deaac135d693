package io.gatun.conformance;

import io.gatun.device.HostMatrix;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.AwqFastCodes;
import io.gatun.tensors.CodeLayout;
import io.gatun.tensors.ColumnGroups;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Exl2Encoding;
import io.gatun.tensors.Exl3Encoding;
import io.gatun.tensors.FlatBlockEncoding;
import io.gatun.tensors.LevelEncoding;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.PackedCodes.Axis;
import io.gatun.tensors.PackedCodes.Order;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.ScaledFloatEncoding;
import io.gatun.tensors.SignedBytes;
import io.gatun.tensors.ZeroPoints;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A kind of matrix in planes, of which random ones of any size can be made. It stands where the encoding of a case
 * does, as a real one belongs to a matrix. Immutable.
 *
 * @param id of the kind, one word
 * @param blockLength columns come in multiples of it
 * @param maker of matrices
 */
record PlaneKind(String id, int blockLength, Maker maker) implements MatrixEncoding {

  /** Makes an encoding and planes. */
  @FunctionalInterface
  interface Maker {
    Made make(long rows, int cols, RandomGenerator random);
  }

  /**
   * What a matrix is made of.
   *
   * @param codes bytes of the first plane
   * @param floats type of the second plane's numbers, scales; integers are random bits
   * @param scales bytes of the second plane
   * @param others planes behind it
   */
  record Made(MatrixEncoding encoding, long codes, PlainEncoding floats, long scales, List<Plane> others) {

    /**
     * @param zeros bytes of the third plane, none if there is none
     * @param areZerosFloats whether these are numbers like the scales
     */
    Made(MatrixEncoding encoding, long codes, PlainEncoding floats, long scales, long zeros, boolean areZerosFloats) {
      this(
          encoding,
          codes,
          floats,
          scales,
          zeros == 0 ? List.of() : List.of(new Plane(zeros, areZerosFloats ? Optional.of(floats) : Optional.empty())));
    }
  }

  /** @param numbers their type; empty if they are codes */
  record Plane(long bytes, Optional<PlainEncoding> numbers) {}

  /** Columns of a group, of which the last one may be short. */
  private static final int GROUP = 64;

  /** Rows before those of a matrix, at most. */
  private static final int MOST_BEFORE = 20;

  /** What the tiers may have kernels for. */
  static List<PlaneKind> all() {
    Stream<PlaneKind> gptq =
        IntStream.of(2, 3, 4, 8).boxed().flatMap(bits -> Stream.of(gptq(bits, true), gptq(bits, false)));
    Stream<PlaneKind> symmetric = IntStream.rangeClosed(2, 8).mapToObj(PlaneKind::symmetric);
    Stream<PlaneKind> others =
        Stream.of(
            scaled(Encodings.BF16),
            scaled(Encodings.F32),
            withTable(2, false),
            withTable(4, false),
            withTable(4, true),
            withTable(3, false),
            withTable(3, true),
            withTable(8, false),
            withTable(8, true),
            new PlaneKind("gptq3-planes", GROUP, (rows, cols, _) -> inPlanes(rows, cols)),
            new PlaneKind("awq", 32, (rows, cols, _) -> awq(rows, cols)),
            new PlaneKind("awq-gemv", 32, (rows, cols, _) -> awqGemv(rows, cols)),
            new PlaneKind("awq-fast", GROUP, (rows, cols, _) -> awqFast(rows, cols)),
            new PlaneKind("ct4", 32, (rows, cols, _) -> packed(4, Order.DENSE, rows, cols)),
            new PlaneKind("ct5", 32, (rows, cols, _) -> packed(5, Order.DENSE, rows, cols)),
            new PlaneKind("ct8", 32, (rows, cols, _) -> packed(8, Order.DENSE, rows, cols)),
            new PlaneKind("ct3-whole", 32, (rows, cols, _) -> packed(3, Order.WHOLE, rows, cols)),
            packedWithZeros(4),
            packedWithZeros(8),
            new PlaneKind("w8", 32, (rows, cols, _) -> bytes(rows, cols)),
            new PlaneKind("w8-tensor", 32, (rows, cols, _) -> bytes(rows, cols, ScaleGrid.single(Encodings.F32), 4)),
            new PlaneKind("llm-int8", 32, PlaneKind::llmInt8),
            new PlaneKind("levels16", 32, (rows, cols, _) -> levels(Encodings.BF16, rows, cols, 16)),
            new PlaneKind("levels32", 32, (rows, cols, _) -> levels(Encodings.BF16, rows, cols, 32)),
            new PlaneKind("levels96", 96, (rows, cols, _) -> levels(Encodings.F32, rows, cols, 96)),
            new PlaneKind("mxfp4", GROUP, (rows, cols, _) -> levels(Encodings.F8_E8M0, rows, cols, 32)),
            nvfp4("nvfp4-over", grid -> grid.over(3.7f)),
            nvfp4("nvfp4-times", grid -> grid.times(0.3f)));
    Stream<PlaneKind> exl2 =
        Stream.of(
            exl2("exl2-4", 4),
            exl2("exl2-mixed", 8, 6, 5, 4, 3, 2),
            exl2("exl2-narrow", 5, 3, 2),
            exl2("exl2-65", 6, 5));
    Stream<PlaneKind> floats =
        Stream.of(
            new PlaneKind("nf4", GROUP, (rows, cols, _) -> flat(FlatBlockEncoding.Table.NF4, rows, cols, GROUP)),
            new PlaneKind("nf4-16", 32, (rows, cols, _) -> flat(FlatBlockEncoding.Table.NF4, rows, cols, 16)),
            new PlaneKind("nf4-nested", 256, (rows, cols, _) -> nested(rows, cols)),
            new PlaneKind("bnb-fp4", GROUP, (rows, cols, _) -> flat(FlatBlockEncoding.Table.FP4, rows, cols, GROUP)),
            new PlaneKind("fp8-tensor", 8, (rows, cols, _) -> small(Encodings.F8_E4M3, rows, cols, rows, cols)),
            new PlaneKind("fp8-channel", 32, (rows, cols, _) -> small(Encodings.F8_E4M3, rows, cols, 1, cols)),
            new PlaneKind("fp8-block", 32, (rows, cols, _) -> small(Encodings.F8_E4M3, rows, cols, 16, GROUP)),
            new PlaneKind("fp8-e5m2", 32, (rows, cols, _) -> small(Encodings.F8_E5M2, rows, cols, 1, cols)),
            new PlaneKind("mxfp8", 32, PlaneKind::micro),
            exl3(1, Exl3Encoding.Codebook.THREE_INSTRUCTIONS),
            exl3(3, Exl3Encoding.Codebook.MCG),
            exl3(4, Exl3Encoding.Codebook.MUL1),
            exl3(8, Exl3Encoding.Codebook.MCG));
    return Stream.of(gptq, symmetric, others, exl2, floats).flatMap(kinds -> kinds).toList();
  }

  /** A random matrix of experts, rows of a larger one, whose planes come from an allocator of so many bytes. */
  HostMatrix matrix(
      long rows, int cols, int experts, WeightFill fill, RandomGenerator random, LongFunction<MemorySegment> allocator) {
    long first = random.nextInt(MOST_BEFORE + 1);
    Made made = maker.make(first + rows * experts, cols, random);
    var planes = new ArrayList<MemorySegment>();
    planes.add(fill.codes(allocator.apply(made.codes), random));
    planes.add(fill.numbers(made.floats, allocator.apply(made.scales), random));
    for (Plane other : made.others) {
      MemorySegment plane = allocator.apply(other.bytes);
      planes.add(
          other.numbers.map(type -> fill.numbers(type, plane, random)).orElseGet(() -> fill.codes(plane, random)));
    }
    return new HostMatrix("random", made.encoding, planes, first, rows, cols, experts, List.of());
  }

  /** @throws UnsupportedOperationException always: the encodings of its matrices decode */
  @Override
  public void decode(List<MemorySegment> planes, Region region, float[] target, int start) {
    throw new UnsupportedOperationException(id + " is a kind of matrix");
  }

  // ---- GPTQ and what is like it

  private static long padded(long rows, int unit) {
    return Math.ceilDiv(rows, unit) * unit;
  }

  private static PlaneKind gptq(int bits, boolean isLess) {
    return new PlaneKind(
        "gptq" + bits + (isLess ? "-v1" : "-v2"),
        32,
        (rows, cols, _) -> {
          long stored = padded(rows, 32);
          var packed = new PackedCodes(bits, Order.DENSE, Axis.ROWS, stored * bits / 32, 1);
          var zeros = new ZeroPoints.Stored(isLess ? packed.storedLessOne() : packed);
          return gptq(bits, stored, ColumnGroups.ofLength(cols, GROUP), cols, zeros, Encodings.F16);
        });
  }

  private static PlaneKind symmetric(int bits) {
    return new PlaneKind(
        "gptq" + bits + "-sym",
        32,
        (rows, cols, _) -> {
          var middle = new ZeroPoints.Fixed(1 << (bits - 1));
          return gptq(bits, rows, ColumnGroups.ofLength(cols, 96), cols, middle, Encodings.F16);
        });
  }

  private static PlaneKind scaled(PlainEncoding type) {
    return new PlaneKind(
        "gptq4-" + type.id(),
        32,
        (rows, cols, _) -> gptq(4, rows, ColumnGroups.ofLength(cols, cols), cols, new ZeroPoints.Fixed(8), type));
  }

  private static Made gptq(
      int bits, long rows, ColumnGroups groups, int cols, ZeroPoints zeros, PlainEncoding type) {
    var codes = new PackedCodes(bits, Order.DENSE, Axis.COLUMNS, 1, rows);
    return down(codes, rows, groups, cols, zeros, type);
  }

  /** Streams of codes down the columns, with groups of {@link #GROUP} or more columns. */
  private static Made down(
      PackedCodes codes, long rows, ColumnGroups groups, int cols, ZeroPoints zeros, PlainEncoding type) {
    long count = Math.ceilDiv(cols, 32);
    var encoding =
        new AffineEncoding("gptq", rows, codes, ScaleGrid.of(type, rows, 1, rows), zeros, groups, Optional.empty());
    long stored = zeros instanceof ZeroPoints.Stored ? count * rows * codes.bits() / 8 : 0;
    long words = PackedCodes.words(codes.bits(), codes.order(), cols);
    return new Made(encoding, words * rows * 4, type, count * rows * type.blockBytes(), stored, false);
  }

  /** Whose columns are of groups in any order. */
  private static PlaneKind withTable(int bits, boolean hasZeros) {
    return new PlaneKind(
        "gptq%d-table%s".formatted(bits, hasZeros ? "-zeros" : ""),
        32,
        (rows, cols, random) -> withTable(bits, hasZeros, padded(rows, 32), cols, random));
  }

  private static Made withTable(int bits, boolean hasZeros, long rows, int cols, RandomGenerator random) {
    int[] table = IntStream.range(0, cols).map(col -> col / GROUP).toArray();
    for (int col = cols - 1; col > 0; col--) {
      int other = random.nextInt(col + 1);
      int group = table[col];
      table[col] = table[other];
      table[other] = group;
    }
    ZeroPoints zeros =
        hasZeros
            ? new ZeroPoints.Stored(new PackedCodes(bits, Order.DENSE, Axis.ROWS, rows * bits / 32, 1))
            : new ZeroPoints.Fixed(1 << (bits - 1));
    return gptq(bits, rows, ColumnGroups.ofTable(table), cols, zeros, Encodings.F16);
  }

  private static Made inPlanes(long rows, int cols) {
    var codes = new PackedCodes(3, Order.PLANES, Axis.COLUMNS, 1, rows);
    return down(codes, rows, ColumnGroups.ofLength(cols, GROUP), cols, new ZeroPoints.Fixed(4), Encodings.F16);
  }

  // ---- AWQ

  private static Made awq(long rows, int cols) {
    long stored = padded(rows, 8);
    var layout = new PackedCodes(4, Order.INTERLEAVED, Axis.ROWS, stored / 8, 1);
    long groups = Math.ceilDiv(cols, GROUP);
    var encoding =
        new AffineEncoding(
            "awq",
            stored,
            layout,
            ScaleGrid.of(Encodings.F16, stored, 1, stored),
            new ZeroPoints.Stored(layout),
            ColumnGroups.ofLength(cols, GROUP),
            Optional.empty());
    return new Made(encoding, cols * stored / 2, Encodings.F16, groups * stored * 2, groups * stored / 2, false);
  }

  private static Made awqGemv(long rows, int cols) {
    long groups = padded(Math.ceilDiv(cols, GROUP), 8);
    var zeros = new PackedCodes(4, Order.DENSE, Axis.COLUMNS, groups / 8, 1);
    var layout = new PackedCodes(4, Order.DENSE, Axis.COLUMNS, cols / 8, 1);
    return across(layout, rows, cols, GROUP, groups, new ZeroPoints.Stored(zeros), rows * groups / 2);
  }

  private static Made awqFast(long rows, int cols) {
    long stored = padded(rows, 4);
    var grid = ScaleGrid.of(Encodings.F16, stored, 1, stored);
    long bytes = Math.ceilDiv(cols, GROUP) * stored * 2;
    var encoding =
        new AffineEncoding(
            "awq-fast",
            stored,
            new AwqFastCodes(cols),
            grid,
            new ZeroPoints.Addends(grid),
            ColumnGroups.ofLength(cols, GROUP),
            Optional.empty());
    return new Made(encoding, stored * cols / 2, Encodings.F16, bytes, bytes, true);
  }

  // ---- rows after each other

  private static Made packed(int bits, Order order, long rows, int cols) {
    long words = PackedCodes.words(bits, order, cols);
    var layout = new PackedCodes(bits, order, Axis.COLUMNS, words, 1);
    return across(layout, rows, cols, 96, Math.ceilDiv(cols, 96), new ZeroPoints.Fixed(1 << (bits - 1)), 0);
  }

  /** Zero points of which neighbouring rows have a row of words. */
  private static PlaneKind packedWithZeros(int bits) {
    return new PlaneKind(
        "ct" + bits + "-zeros",
        32,
        (rows, cols, _) -> {
          long groups = Math.ceilDiv(cols, GROUP);
          var layout = new PackedCodes(bits, Order.DENSE, Axis.COLUMNS, (long) cols * bits / 32, 1);
          var zeros = new ZeroPoints.Stored(new PackedCodes(bits, Order.DENSE, Axis.ROWS, 1, groups));
          return across(layout, rows, cols, GROUP, groups, zeros, PackedCodes.words(bits, Order.DENSE, rows) * groups * 4);
        });
  }

  private static Made bytes(long rows, int cols) {
    return bytes(rows, cols, ScaleGrid.of(Encodings.BF16, rows, 1, 1), rows * 2);
  }

  private static Made llmInt8(long rows, int cols, RandomGenerator random) {
    return bytes(rows, cols, ScaleGrid.of(Encodings.F32, rows, 1, 0).over(127), rows * Float.BYTES);
  }

  /** A scale of each row, or of all. */
  private static Made bytes(long rows, int cols, ScaleGrid grid, long scaleBytes) {
    return across(new SignedBytes(cols), rows, cols, cols, grid, scaleBytes, new ZeroPoints.Fixed(128), 0);
  }

  private static Made across(
      CodeLayout layout, long rows, int cols, int group, long groups, ZeroPoints zeros, long zeroBytes) {
    var grid = ScaleGrid.of(Encodings.BF16, rows, groups, 1);
    return across(layout, rows, cols, group, grid, rows * groups * 2, zeros, zeroBytes);
  }

  private static Made across(
      CodeLayout layout,
      long rows,
      int cols,
      int group,
      ScaleGrid grid,
      long scaleBytes,
      ZeroPoints zeros,
      long zeroBytes) {
    var groups = ColumnGroups.ofLength(cols, group);
    var encoding = new AffineEncoding("across", rows, layout, grid, zeros, groups, Optional.empty());
    long words =
        layout instanceof PackedCodes packed ? PackedCodes.words(packed.bits(), packed.order(), cols) * 4 : cols;
    return new Made(encoding, rows * words, grid.type(), scaleBytes, zeroBytes, false);
  }

  private static Made levels(PlainEncoding type, long rows, int cols, int length) {
    return levels(ScaleGrid.of(type, rows, cols / length, 1), rows, cols, length);
  }

  private static Made levels(ScaleGrid grid, long rows, int cols, int length) {
    var encoding = new LevelEncoding("levels", rows, cols, length, grid, Optional.empty());
    long scales = rows * (cols / length) * grid.type().blockBytes();
    return new Made(encoding, rows * cols / 2, grid.type(), scales, 0, false);
  }

  private static PlaneKind nvfp4(String id, UnaryOperator<ScaleGrid> global) {
    return new PlaneKind(
        id,
        32,
        (rows, cols, _) -> levels(global.apply(ScaleGrid.of(Encodings.F8_E4M3, rows, cols / 16, 1)), rows, cols, 16));
  }

  // ---- codes of floats

  private static Made flat(FlatBlockEncoding.Table table, long rows, int cols, int length) {
    var encoding = new FlatBlockEncoding("flat", rows, cols, table, length, List.of());
    return new Made(encoding, rows * cols / 2, Encodings.F32, rows * cols / length * Float.BYTES, 0, false);
  }

  /** Blocks of 32, whose magnitudes have an outer one for each 24. */
  private static Made nested(long rows, int cols) {
    var nested = new FlatBlockEncoding.Nested(24, 0.01f);
    var encoding = new FlatBlockEncoding("flat", rows, cols, FlatBlockEncoding.Table.NF4, 32, List.of(nested));
    long blocks = rows * cols / 32;
    Optional<PlainEncoding> floats = Optional.of(Encodings.F32);
    var map = new Plane(256 * Float.BYTES, floats);
    var outer = new Plane(Math.ceilDiv(blocks, 24) * Float.BYTES, floats);
    return new Made(encoding, rows * cols / 2, Encodings.U8, blocks, List.of(map, outer));
  }

  /** @param block rows that share scales, {@code length} columns */
  private static Made small(PlainEncoding type, long rows, int cols, long block, int length) {
    long groups = Math.ceilDiv(cols, length);
    var grid = ScaleGrid.of(Encodings.F32, rows, groups, 1).withRowBlock(block);
    return scaled(type, rows, cols, length, grid, Math.ceilDiv(rows, block) * groups * Float.BYTES);
  }

  private static Made micro(long rows, int cols, RandomGenerator random) {
    var grid = ScaleGrid.of(Encodings.F8_E8M0, rows, cols / 32, 1);
    return scaled(Encodings.F8_E4M3, rows, cols, 32, grid, rows * (cols / 32));
  }

  private static Made scaled(PlainEncoding type, long rows, int cols, int length, ScaleGrid grid, long scaleBytes) {
    var encoding =
        new ScaledFloatEncoding(
            type, ScaledFloatEncoding.Layout.ROWS, rows, rows, cols, length, grid, Optional.empty());
    return new Made(encoding, rows * cols, grid.type(), scaleBytes, 0, false);
  }

  private static PlaneKind exl3(int bits, Exl3Encoding.Codebook codebook) {
    return new PlaneKind(
        "exl3-" + bits,
        128,
        (rows, cols, random) -> {
          int stored = (int) padded(rows, 128);
          var encoding = new Exl3Encoding(bits, codebook, factors(cols, random), factors(stored, random));
          return new Made(encoding, (long) stored * cols * bits / 8, Encodings.F32, 0, 0, false);
        });
  }

  private static float[] factors(int count, RandomGenerator random) {
    var factors = new float[count];
    for (int i = 0; i < count; i++) {
      factors[i] = (random.nextBoolean() ? 1 : -1) * (0.5f + random.nextFloat());
    }
    return factors;
  }

  // ---- EXL2

  /** Groups of 32 and 64 columns of each width in turn, the last one short. */
  private static PlaneKind exl2(String id, int... widths) {
    return new PlaneKind(
        id,
        32,
        (rows, cols, random) -> {
          long stride = padded(rows, 32);
          var groups = new ArrayList<Exl2Encoding.Group>();
          int word = 0;
          for (int col = 0; col < cols; ) {
            int bits = widths[Math.min(widths.length - 1, col * widths.length / cols)];
            int length = Math.min(cols - col, 32 * random.nextInt(1, 4));
            float maximum = Float.float16ToFloat((short) random.nextInt(0x3C00));
            groups.add(new Exl2Encoding.Group(bits, word, col, maximum));
            col += length;
            word += length * bits / 32;
          }
          int[] position = IntStream.range(0, cols).map(col -> cols - 1 - col).toArray();
          var encoding = new Exl2Encoding(rows, stride, position, groups);
          return new Made(encoding, word * stride * 4, Encodings.I32, groups.size() * stride / 2, 0, false);
        });
  }

  @Override
  public String toString() {
    return id;
  }

  static Optional<PlaneKind> byId(String id) {
    return all().stream().filter(kind -> kind.id.equals(id)).findFirst();
  }

  private static int ordinaryByte(PlainEncoding type, RandomGenerator random) {
    if (type.equals(Encodings.F8_E8M0)) {
      return random.nextInt(110, 130);
    }
    return type.equals(Encodings.F8_E4M3) ? random.nextInt(0x20, 0x50) : random.nextInt(256);
  }

  /** Numbers of a plane that are ordinary: of either sign and three binary orders of magnitude. */
  static void fillOrdinary(PlainEncoding type, MemorySegment plane, RandomGenerator random) {
    for (long at = 0; at < plane.byteSize(); at += type.blockBytes()) {
      float value = (random.nextBoolean() ? 1 : -1) * (1 + random.nextFloat()) * 0.01f;
      switch (type.blockBytes()) {
        case 1 -> plane.set(ValueLayout.JAVA_BYTE, at, (byte) ordinaryByte(type, random));
        case 2 -> {
          short bits =
              type.equals(Encodings.BF16)
                  ? (short) (Float.floatToRawIntBits(value) >>> 16)
                  : Float.floatToFloat16(value);
          plane.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, bits);
        }
        default -> plane.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value);
      }
    }
  }
}
