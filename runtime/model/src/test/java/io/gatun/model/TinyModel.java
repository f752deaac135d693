package io.gatun.model;

import io.gatun.gguf.GgufWriter;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.TensorData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model of some ten thousand pseudo-random float weights, by a line of {@code architectures.txt}, which says how to read
 * it. Its file is the same, to the byte, whenever it is written.
 *
 * @param items keys and tensors of the line, by what they set
 */
record TinyModel(String name, String architecture, SequencedMap<String, String> items) {
  /** Tokens of every vocabulary. */
  static final int VOCABULARY = 48;

  private static final Pattern TENSOR =
      Pattern.compile("(?<block>\\.?)(?<name>[a-z0-9_.]+)(?<suffix>[+!]?)(@(?<layers>[\\d,]+))?\\[(?<shape>[\\d,]+)](\\((?<range>[^)]+)\\))?");

  /** All of the table. */
  static List<TinyModel> all() {
    var macros = new LinkedHashMap<String, List<String>>();
    var models = new ArrayList<TinyModel>();
    for (String line : entries()) {
      String[] words = line.strip().split("\\s+", -1);
      List<String> items = new ArrayList<>();
      for (String word : Arrays.asList(words).subList(1, words.length)) {
        items.addAll(word.startsWith("$") ? Objects.requireNonNull(macros.get(word), word) : List.of(word));
      }
      String[] names = words[0].split("/", -1);
      if (words[0].startsWith("$")) {
        macros.put(words[0], items);
      } else {
        models.add(new TinyModel(words[0], names[0], merged(items)));
      }
    }
    return models;
  }

  /** The lines of the table, those that begin with a space being the ends of others. */
  private static List<String> entries() {
    var stream = Objects.requireNonNull(TinyModel.class.getResourceAsStream("architectures.txt"));
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      var entries = new ArrayList<String>();
      for (String line : reader.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList()) {
        if (line.startsWith(" ")) {
          entries.add(entries.removeLast() + line);
        } else {
          entries.add(line);
        }
      }
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What comes later wins; {@code -x} takes away. */
  private static SequencedMap<String, String> merged(List<String> items) {
    var merged = new LinkedHashMap<String, String>();
    for (String item : items) {
      String key = item.replaceFirst("[=\\[+!@].*", "");
      if (item.startsWith("-")) {
        merged.remove(item.substring(1));
      } else {
        merged.put(item.contains("@") ? item.replaceFirst("[\\[=].*", "") : key, item);
      }
    }
    return merged;
  }

  /** A prompt that any of them can take. */
  static int[] prompt(int length) {
    var ids = new int[length];
    for (int i = 0; i < length; i++) {
      ids[i] = 4 + (5 * i * i + 3 * i) % (VOCABULARY - 7);
    }
    return ids;
  }

  void write(Path file) throws IOException {
    var writer = new GgufWriter().put("general.architecture", new Metadata.Value("str", architecture));
    vocabulary(writer);
    int layers = 2;
    for (String item : items.values()) {
      Matcher tensor = TENSOR.matcher(item);
      if (tensor.matches()) {
        continue;
      }
      String[] pair = item.split("=", 2);
      writer.put(pair[0].startsWith(":") ? pair[0].substring(1) : architecture + "." + pair[0], value(pair[1]));
      layers = pair[0].equals("block_count") ? Integer.parseInt(pair[1]) : layers;
    }
    for (String item : items.values()) {
      Matcher tensor = TENSOR.matcher(item);
      if (tensor.matches()) {
        tensors(writer, tensor, layers);
      }
    }
    writer.write(file);
  }

  private static void vocabulary(GgufWriter writer) {
    var tokens = new String[VOCABULARY];
    var types = new long[VOCABULARY];
    Arrays.fill(types, 1);
    for (int i = 0; i < VOCABULARY; i++) {
      tokens[i] = "▁" + (char) ('A' + i);
    }
    System.arraycopy(new String[] {"<unk>", "<s>", "</s>", "<0x0A>"}, 0, tokens, 0, 4);
    System.arraycopy(new long[] {2, 3, 3, 6}, 0, types, 0, 4);
    writer.put("tokenizer.ggml.model", new Metadata.Value("str", "llama"));
    writer.put("tokenizer.ggml.tokens", new Metadata.Value("arr[str]", tokens));
    writer.put("tokenizer.ggml.scores", new Metadata.Value("arr[f32]", new float[VOCABULARY]));
    writer.put("tokenizer.ggml.token_type_count", new Metadata.Value("u32", 2L));
    writer.put("tokenizer.ggml.token_type", new Metadata.Value("arr[i32]", types));
  }

  private static Metadata.Value value(String text) {
    if (text.startsWith("[")) {
      String[] parts = text.substring(1, text.length() - 1).split(",");
      List<Metadata.Value> values = Arrays.stream(parts).map(TinyModel::value).toList();
      return switch (values.getFirst().content()) {
        case Boolean _ -> {
          var flags = new boolean[parts.length];
          for (int i = 0; i < flags.length; i++) {
            flags[i] = (Boolean) values.get(i).content();
          }
          yield new Metadata.Value("arr[bool]", flags);
        }
        case Double _ -> {
          var numbers = new float[parts.length];
          for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((Double) values.get(i).content()).floatValue();
          }
          yield new Metadata.Value("arr[f32]", numbers);
        }
        default ->
            new Metadata.Value("arr[i32]", values.stream().mapToLong(value -> (Long) value.content()).toArray());
      };
    }
    if (text.matches("-?\\d+")) {
      return new Metadata.Value("u32", Long.parseLong(text));
    }
    if (text.matches("-?[\\d.]+(e-?\\d+)?")) {
      return new Metadata.Value("f32", Double.parseDouble(text));
    }
    return text.equals("true") || text.equals("false")
        ? new Metadata.Value("bool", Boolean.parseBoolean(text))
        : new Metadata.Value("str", text);
  }

  private void tensors(GgufWriter writer, Matcher tensor, int layers) {
    List<Long> shape = Arrays.stream(tensor.group("shape").split(",")).map(Long::parseLong).toList();
    String suffix = tensor.group("suffix");
    List<String> prefixes = new ArrayList<>();
    if (tensor.group("layers") != null) {
      Arrays.stream(tensor.group("layers").split(",")).forEach(layer -> prefixes.add("blk." + layer + "."));
    } else if (tensor.group("block").isEmpty()) {
      prefixes.add("");
    } else {
      for (int i = 0; i < layers; i++) {
        prefixes.add("blk." + i + ".");
      }
    }
    for (String prefix : prefixes) {
      String full = prefix + tensor.group("name");
      double[] range = range(tensor.group("range"), full, shape);
      writer.add(random(suffix.equals("!") ? full : full + ".weight", shape, range));
      if (suffix.equals("+")) {
        List<Long> rows = shape.size() == 3 ? shape.subList(0, 2) : shape.subList(0, 1);
        writer.add(random(full + ".bias", rows, new double[] {-0.3, 0.3}));
      }
    }
  }

  /** By default: gains around 1, small biases, and matrices that keep the size of what they are multiplied with. */
  private static double[] range(String stated, String name, List<Long> shape) {
    if (stated != null) {
      return Arrays.stream(stated.split(",")).mapToDouble(Double::parseDouble).toArray();
    }
    if (name.contains("norm") && !name.endsWith(".bias")) {
      return new double[] {0.6, 1.4};
    }
    double largest = shape.size() == 1 ? 0.3 : name.endsWith("_embd") ? 1.7 : Math.sqrt(3.0 / shape.getLast());
    return new double[] {-largest, largest};
  }

  private TensorData random(String tensor, List<Long> shape, double... range) {
    var random = new Random((name + " " + tensor).hashCode());
    int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    var bytes = MemorySegment.ofArray(new byte[count * Float.BYTES]);
    for (int i = 0; i < count; i++) {
      float value = (float) (range[0] + (range[1] - range[0]) * random.nextDouble());
      bytes.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, value);
    }
    return new TensorData(tensor, shape, Encodings.F32, List.of(bytes));
  }

  /** For parameterized tests. */
  @Override
  public String toString() {
    return name;
  }

  /** Writes all models into a folder, for other implementations to compute with. */
  public static void main(String[] args) throws IOException {
    for (TinyModel model : all()) {
      model.write(Path.of(args[0]).resolve(model.name().replace('/', '_') + ".gguf"));
    }
  }
}
