package io.gatun.conformance;

import io.gatun.device.ActivationPrecision;
import io.gatun.tensors.Encoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Draws cases of one encoding and precision. The ugly values of each dimension take turns in an order of their own: each
 * occurs once before any occurs again, so that a few dozen cases meet every size and fill, and some hundreds most pairs.
 * Deterministic for a seed; used by one thread.
 */
final class ProductCases {
  /** Below, at and above strips and panels of 4, 8, 16, 32 and 64 rows, and primes. */
  private static final int[] ROWS = {
    1, 2, 3, 4, 5, 7, 8, 9, 11, 13, 15, 16, 17, 19, 23, 29, 31, 32, 33, 37, 47, 48, 49, 53, 61, 63, 64, 65, 67, 100
  };

  /** In blocks. Panels are of 256 columns. */
  private static final int[] BLOCKS = {1, 2, 3, 5, 7, 8, 9, 13, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 257, 1000};

  private static final int LARGEST_COLS = 2304;

  /** 259 and 515 are more rows than a panel meets at once. */
  private static final int[] TOKENS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 31, 33, 65, 259, 515};

  /** Multiply-accumulates of a case, about: a fraction of a millisecond of scalar code. */
  private static final long LARGEST_PRODUCT = 1 << 18;

  private final Encoding encoding;
  private final ActivationPrecision precision;
  private final RandomGenerator random;
  private final Turns<Integer> rows;
  private final Turns<Integer> cols;
  private final Turns<Integer> tokens;
  private final Turns<Range> ranges;
  private final Turns<WeightFill> weights;
  private final Turns<ActivationFill> activations;
  private final Turns<ProductCase.Memory> memories;

  ProductCases(Encoding encoding, ActivationPrecision precision, long seed) {
    this.encoding = encoding;
    this.precision = precision;
    this.random = new SplittableRandom(seed);
    this.rows = turns(Arrays.stream(ROWS));
    this.cols = turns(Arrays.stream(BLOCKS).map(count -> count * encoding.blockLength()).filter(n -> n <= LARGEST_COLS));
    this.tokens = turns(Arrays.stream(TOKENS));
    this.ranges = new Turns<>(List.of(Range.values()));
    List<WeightFill> fills = new ArrayList<>(WeightFill.of(encoding));
    fills.addAll(Collections.nCopies(3, WeightFill.ORDINARY));
    this.weights = new Turns<>(fills);
    List<ActivationFill> inputs = new ArrayList<>(List.of(ActivationFill.values()));
    inputs.addAll(Collections.nCopies(4, ActivationFill.GAUSSIAN));
    this.activations = new Turns<>(inputs);
    this.memories = new Turns<>(
        Stream.concat(Stream.of(ProductCase.Memory.HEAP), Collections.nCopies(7, ProductCase.Memory.NATIVE).stream()).toList());
  }

  private Turns<Integer> turns(IntStream values) {
    return new Turns<>(values.boxed().toList());
  }

  /** Which weight rows are asked for. */
  private enum Range {
    ALL,
    ALL_AGAIN,
    INNER,
    FIRST_ROW,
    LAST_ROW,
    NONE
  }

  /** The next case of ugly sizes. */
  ProductCase next() {
    return sized(rows.next(), cols.next(), tokens.next());
  }

  /** The next case of any sizes. */
  ProductCase any() {
    int blocks = random.nextInt(1, LARGEST_COLS / encoding.blockLength() + 1);
    int count = random.nextInt(8) == 0 ? random.nextInt(1, 600) : random.nextInt(1, 12);
    return sized(random.nextInt(1, 130), blocks * encoding.blockLength(), count);
  }

  private ProductCase sized(int wantedRows, int columns, int count) {
    int height = Math.clamp(LARGEST_PRODUCT / ((long) columns * count), 1, wantedRows);
    int first = random.nextInt(height);
    int inner = random.nextInt(first, height) + 1;
    return switch (ranges.next()) {
      case ALL, ALL_AGAIN -> ranged(height, columns, count, 0, height);
      case INNER -> ranged(height, columns, count, first, inner);
      case FIRST_ROW -> ranged(height, columns, count, 0, 1);
      case LAST_ROW -> ranged(height, columns, count, height - 1, height);
      case NONE -> ranged(height, columns, count, first, first);
    };
  }

  private ProductCase ranged(int height, int columns, int count, int from, int to) {
    return new ProductCase(
        encoding,
        precision,
        weights.next(),
        activations.next(),
        memories.next(),
        height,
        columns,
        count,
        from,
        to,
        random.nextInt(1, 1_000_000));
  }

  /** Values that take turns, in a new random order each time round. */
  private final class Turns<T> {
    private final List<T> values;
    private int next;

    Turns(List<T> values) {
      this.values = new ArrayList<>(values);
      this.next = values.size();
    }

    T next() {
      if (next == values.size()) {
        Collections.shuffle(values, random);
        next = 0;
      }
      return values.get(next++);
    }
  }
}
