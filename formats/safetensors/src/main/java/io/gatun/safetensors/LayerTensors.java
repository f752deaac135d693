package io.gatun.safetensors;

import io.gatun.tensors.ColumnGroups;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.Shown;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The stored tensors of one layer, by the ends of their names; remembers which were taken. */
final class LayerTensors {
  private static final Set<Encoding> FLOATS = Set.of(Encodings.F16, Encodings.BF16, Encodings.F32, Encodings.F64);
  private static final Set<Encoding> INTEGERS = Set.of(Encodings.I16, Encodings.I32, Encodings.I64);

  private final String origin;
  private final String prefix;
  private final Map<String, TensorData> stored;
  private final Set<String> taken;
  private final ModelConfig config;

  /**
   * @param origin what messages name
   * @param prefix of the tensors' names, as {@code model.layers.0.mlp.up_proj.}
   * @param taken receives the names of tensors that a matrix was made of
   */
  LayerTensors(
      String origin, String prefix, Map<String, TensorData> stored, Set<String> taken, ModelConfig config) {
    this.origin = origin;
    this.prefix = prefix;
    this.stored = stored;
    this.taken = taken;
    this.config = config;
  }

  ModelConfig config() {
    return config;
  }

  /** The layer's name, without a dot. */
  String name() {
    return prefix.endsWith(".") ? prefix.substring(0, prefix.length() - 1) : prefix;
  }

  /** A tensor that stays in the checkpoint under its name. */
  Optional<TensorData> find(String suffix) {
    return Optional.ofNullable(stored.get(prefix + suffix));
  }

  boolean has(String suffix) {
    return stored.containsKey(prefix + suffix);
  }

  /** A tensor that becomes part of the matrix. */
  Optional<TensorData> take(String suffix) {
    var tensor = find(suffix);
    tensor.ifPresent(found -> taken.add(found.name()));
    return tensor;
  }

  /** As {@link #take}, of the first of several names that is there. */
  Optional<TensorData> takeAny(String... suffixes) {
    return Arrays.stream(suffixes).filter(this::has).findFirst().flatMap(this::take);
  }

  /** @throws FormatException if it is missing */
  TensorData require(String suffix) {
    return take(suffix)
        .orElseThrow(() -> new FormatException("%s: tensor %s is missing".formatted(origin, Shown.of(prefix + suffix))));
  }

  /** The matrix that these tensors are. */
  TensorData matrix(String suffix, List<Long> shape, MatrixEncoding encoding, MemorySegment... planes) {
    return new TensorData(prefix + suffix, shape, encoding, List.of(planes));
  }

  FormatException wrong(TensorData tensor, String expected) {
    return new FormatException(
        "%s: tensor %s %s %s: expected %s"
            .formatted(origin, Shown.of(tensor.name()), tensor.encoding().id(), tensor.shape(), expected));
  }

  UnsupportedModelException unsupported(String what) {
    return new UnsupportedModelException("%s: layer %s: %s".formatted(origin, Shown.of(name()), what));
  }

  TensorData requireType(TensorData tensor, Encoding... types) {
    if (!List.of(types).contains(tensor.encoding())) {
      throw wrong(tensor, "type " + String.join(" or ", Arrays.stream(types).map(Encoding::id).toList()));
    }
    return tensor;
  }

  TensorData requireShape(TensorData tensor, long... shape) {
    if (!tensor.shape().equals(Arrays.stream(shape).boxed().toList())) {
      throw wrong(tensor, "shape " + Arrays.toString(shape));
    }
    return tensor;
  }

  TensorData requireDims(TensorData tensor, int dims) {
    if (tensor.shape().size() != dims || tensor.shape().contains(0L)) {
      throw wrong(tensor, dims + " dimensions of at least 1");
    }
    return tensor;
  }

  /** The type of scales, a float. */
  PlainEncoding floatType(TensorData tensor) {
    if (!FLOATS.contains(tensor.encoding()) || !(tensor.encoding() instanceof PlainEncoding plain)) {
      throw wrong(tensor, "floats");
    }
    return plain;
  }

  /** All values of a small table of integers. */
  int[] integers(TensorData tensor) {
    if (!INTEGERS.contains(tensor.encoding())) {
      throw wrong(tensor, "integers");
    }
    var values = new int[Math.toIntExact(tensor.values())];
    switch (tensor.encoding().blockBytes()) {
      case Short.BYTES -> {
        short[] narrow = tensor.bytes().toArray(Layouts.SHORT);
        Arrays.setAll(values, i -> narrow[i]);
      }
      case Integer.BYTES -> MemorySegment.copy(tensor.bytes(), Layouts.INT, 0, values, 0, values.length);
      default -> {
        long[] wide = tensor.bytes().toArray(Layouts.LONG);
        for (int i = 0; i < values.length; i++) {
          values[i] = (int) wide[i];
          if (values[i] != wide[i]) {
            throw wrong(tensor, "integers of 32 bits, found " + wide[i]);
          }
        }
      }
    }
    return values;
  }

  /** All values of a small table. */
  float[] floats(TensorData tensor) {
    floatType(tensor);
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.encoding().decode(tensor.bytes(), 0, values, 0, values.length);
    return values;
  }

  /** The only value of a tensor, finite. */
  float number(TensorData tensor) {
    if (tensor.values() != 1) {
      throw wrong(tensor, "one number");
    }
    var value = new float[1];
    tensor.encoding().decode(tensor.bytes(), 0, value, 0, 1);
    if (!Float.isFinite(value[0])) {
      throw wrong(tensor, "a finite number, found " + value[0]);
    }
    return value[0];
  }

  /** The number of columns of a matrix, which its encoding addresses with an {@code int}. */
  int columns(TensorData tensor, long cols) {
    if (cols < 1 || cols > Integer.MAX_VALUE) {
      throw wrong(tensor, "1 to 2147483647 columns, found " + cols);
    }
    return (int) cols;
  }

  /**
   * Groups of {@code cols} columns of which there are {@code count}: of the configured length where that agrees, else of
   * the length that the counts say.
   *
   * @param scales names the tensor with a scale for each group
   */
  ColumnGroups groups(TensorData scales, int cols, long count) {
    return ColumnGroups.ofLength(cols, groupLength(scales, cols, count));
  }

  /** As {@link #groups}, the length. */
  int groupLength(TensorData scales, int cols, long count) {
    int configured = config.groupLength();
    if (configured > 0 && Math.ceilDiv(cols, configured) == count) {
      return configured;
    }
    if (count < 1 || count > cols) {
      throw wrong(scales, "1 to %d groups of columns, found %d".formatted(cols, count));
    }
    int least = Math.toIntExact(Math.ceilDiv(cols, count));
    int length = cols % count == 0 ? least : Math.ceilDiv(least, 32) * 32;
    if (Math.ceilDiv(cols, length) != count) {
      throw wrong(scales, "groups of one length for %d columns, found %d of them".formatted(cols, count));
    }
    return length;
  }

  /**
   * Groups by the table that act-order writes, which is a dummy if it is all zeros, and says nothing new if it counts up.
   *
   * @param scales names the tensor with a scale for each group
   */
  ColumnGroups groups(TensorData scales, Optional<TensorData> table, int cols, long count) {
    if (table.isEmpty()) {
      return groups(scales, cols, count);
    }
    int[] groups = integers(table.get());
    if (groups.length != cols) {
      throw wrong(table.get(), "a group for each of %d columns".formatted(cols));
    }
    if (count == 1 || Arrays.stream(groups).allMatch(group -> group == 0) || Arrays.stream(groups).allMatch(g -> g == -1)) {
      return groups(scales, cols, count);
    }
    for (int i = 0; i < groups.length; i++) {
      groups[i] += groups[i] < 0 ? (int) count : 0;
      if (groups[i] < 0 || groups[i] >= count) {
        throw wrong(table.get(), "groups below %d, found %d at column %d".formatted(count, groups[i], i));
      }
    }
    return counts(groups)
        .map(length -> ColumnGroups.ofLength(cols, length))
        .orElseGet(() -> ColumnGroups.ofTable(groups));
  }

  /** The length of groups that count up; empty if they do not. */
  private static Optional<Integer> counts(int[] groups) {
    int length = 1;
    while (length < groups.length && groups[length] == 0) {
      length++;
    }
    for (int i = 0; i < groups.length; i++) {
      if (groups[i] != i / length) {
        return Optional.empty();
      }
    }
    return Optional.of(length);
  }
}
