package io.gatun.model;

import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.TensorData;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What an {@link Architecture} reads: the metadata under its own prefix, and the tensors by name. Remembers which
 * tensors were asked for. Used by one thread.
 */
public final class ModelKeys {
  private final Checkpoint checkpoint;
  private final String prefix;
  private final Set<String> consumed = new HashSet<>();

  ModelKeys(Checkpoint checkpoint, String architecture) {
    this.checkpoint = checkpoint;
    this.prefix = architecture + ".";
  }

  public String architecture() {
    return prefix.substring(0, prefix.length() - 1);
  }

  /** Marks a key as known and without effect on what is computed. */
  public void ignore(String key) {
    metadata().ignore(prefix + key);
  }

  /** @throws FormatException if the key is missing, no integer, or outside the range */
  public int integer(String key, int min, int max) {
    return metadata().integer(prefix + key, min, max);
  }

  public int integer(String key, int min, int max, int fallback) {
    return metadata().integer(prefix + key, min, max, fallback);
  }

  /** An integer for each layer: stored as one for all, or as an array with one for each. */
  public int[] perLayer(String key, int layers, int min, int max, int fallback) {
    var array = metadata().peek(prefix + key).filter(value -> value.content() instanceof long[]);
    var values = new int[layers];
    if (array.isEmpty()) {
      Arrays.fill(values, metadata().integer(prefix + key, min, max, fallback));
      return values;
    }
    long[] stored = metadata().optionalIntegers(prefix + key).orElseThrow();
    if (stored.length != layers) {
      throw wrong(key, "has %d entries, expected one for each of %d layers".formatted(stored.length, layers));
    }
    for (int i = 0; i < layers; i++) {
      if (stored[i] < min || stored[i] > max) {
        throw wrong(key, "[%d] is %d, expected %d to %d".formatted(i, stored[i], min, max));
      }
      values[i] = (int) stored[i];
    }
    return values;
  }

  /** A number for each layer: stored as one for all, or as an array with one for each. */
  public float[] numberPerLayer(String key, int layers, double min, double max, double fallback) {
    return numbers(prefix + key, layers, min, max, fallback);
  }

  /** As {@link #numberPerLayer}, of a key without the architecture's prefix that must be there. */
  public float[] bareNumberPerLayer(String key, int layers, double min, double max) {
    return numbers(key, layers, min, max, Double.NaN);
  }

  private float[] numbers(String key, int layers, double min, double max, double fallback) {
    Object content = metadata().peek(key).map(Metadata.Value::content).orElse(null);
    var values = new float[layers];
    if (content instanceof float[]) {
      float[] stored = metadata().optionalFloats(key).orElseThrow();
      if (stored.length < layers) {
        throw new FormatException(
            "%s: key %s has %d entries, expected one for each of %d layers".formatted(origin(), key, stored.length, layers));
      }
      System.arraycopy(stored, 0, values, 0, layers);
    } else {
      Arrays.fill(values, (float) metadata().optionalNumber(key).orElse(fallback));
    }
    for (float value : values) {
      if (!(value >= min && value <= max)) {
        throw new FormatException("%s: key %s is %s, expected %s to %s".formatted(origin(), key, value, min, max));
      }
    }
    return values;
  }

  /** @throws FormatException if the key is missing, no float, not finite or outside the range */
  public double number(String key, double min, double max) {
    return inRange(key, metadata().number(prefix + key), min, max);
  }

  public double number(String key, double min, double max, double fallback) {
    OptionalDouble value = metadata().optionalNumber(prefix + key);
    return value.isPresent() ? inRange(key, value.getAsDouble(), min, max) : fallback;
  }

  public Optional<String> string(String key) {
    return metadata().optionalString(prefix + key);
  }

  /** @throws FormatException if the key is there and no truth value */
  public boolean flag(String key, boolean fallback) {
    return metadata().optionalBool(prefix + key).orElse(fallback);
  }

  /** A truth value for each layer, if the key is there as an array. */
  public Optional<boolean[]> flagPerLayer(String key, int layers) {
    Object content = metadata().peek(prefix + key).map(Metadata.Value::content).orElse(null);
    if (!(content instanceof boolean[] flags)) {
      return Optional.empty();
    }
    if (flags.length != layers) {
      throw wrong(key, "has %d entries, expected one for each of %d layers".formatted(flags.length, layers));
    }
    metadata().ignore(prefix + key); // read here
    return Optional.of(flags);
  }

  /** Whether the key is there. */
  public boolean has(String key) {
    return metadata().contains(prefix + key);
  }

  public boolean hasTensor(String name) {
    return checkpoint.tensors().containsKey(name);
  }

  /** Marks all tensors whose name begins so as known and without effect on what is computed. */
  public void ignoreTensors(String beginning) {
    checkpoint.tensors().keySet().stream().filter(name -> name.startsWith(beginning)).forEach(consumed::add);
  }

  /** The number of tensors in the file. */
  public int tensorCount() {
    return checkpoint.tensors().size();
  }

  /**
   * A tensor's dimension, slowest first.
   *
   * @throws FormatException if the tensor is missing or has not so many
   */
  public long dimension(String name, int index) {
    var shape = tensor(name).shape();
    if (index >= shape.size()) {
      throw new FormatException(
          "%s: tensor %s is %s, expected %d dimensions"
              .formatted(origin(), checkpoint.storedName(name), shape, index + 1));
    }
    return shape.get(index);
  }

  /** Decodes a small tensor now, for constants that are not weights, such as rope's divisors. */
  public float[] constants(String name, int values) {
    TensorData tensor = tensor(name);
    if (tensor.values() != values) {
      throw new FormatException("%s: tensor %s, expected [%d]".formatted(origin(), tensor, values));
    }
    consumed.add(name);
    var decoded = new float[values];
    tensor.encoding().decode(tensor.bytes(), 0, decoded, 0, values);
    return decoded;
  }

  /** A linear map by the name its tensors share; with a bias and a scale if there are any. */
  public Linear linear(String name, long out, long in) {
    return experts(name, 0, out, in);
  }

  /**
   * One of {@code experts} linear maps, stacked in a tensor; with biases and scales if there are any. Scales of what is
   * multiplied with them serve only devices that round that to four bits.
   */
  public Linear experts(String name, long experts, long out, long in) {
    ignoreTensors(name + ".input_scale");
    return new Linear(name + ".weight", present(name + ".bias"), present(name + ".scale"), experts, out, in, 0, out);
  }

  private Optional<String> present(String tensor) {
    return hasTensor(tensor) ? Optional.of(tensor) : Optional.empty();
  }

  /** A complaint about a key of this architecture. */
  public FormatException wrong(String key, String what) {
    return new FormatException("%s: key %s%s %s".formatted(origin(), prefix, key, what));
  }

  Set<String> consumed() {
    return consumed;
  }

  private TensorData tensor(String name) {
    TensorData tensor = checkpoint.tensors().get(name);
    if (tensor == null) {
      throw new FormatException("%s: tensor %s is missing".formatted(origin(), checkpoint.storedName(name)));
    }
    return tensor;
  }

  private double inRange(String key, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw wrong(key, "is %s, expected %s to %s".formatted(value, min, max));
    }
    return value;
  }

  private Metadata metadata() {
    return checkpoint.metadata();
  }

  /** The file, for messages. */
  public String origin() {
    return metadata().origin();
  }
}
