package io.gatun.safetensors;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Shown;
import io.gatun.tensors.UnsupportedModelException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the JSON of a header, piece by piece: what it holds on the heap is names, shapes and texts. */
final class HeaderParser {
  /** The largest models with every expert's planes apart have 200,000. */
  static final int MAX_TENSORS = 1 << 20;
  static final int MAX_DIMS = 16;
  static final int MAX_NAME_CHARS = 1 << 12;

  private final String file;
  private final MemorySegment header;
  private final long dataStart;
  private final long fileBytes;
  private final LinkedHashMap<String, String> metadata = new LinkedHashMap<>();
  private final List<StoredTensor> tensors = new ArrayList<>();
  private final HashSet<String> names = new HashSet<>();

  HeaderParser(String file, MemorySegment header, long fileBytes) {
    this.file = file;
    this.header = header;
    this.dataStart = SafetensorsHeader.LENGTH_BYTES + header.byteSize();
    this.fileBytes = fileBytes;
  }

  SafetensorsHeader parse() {
    try (JsonParser json = Json.parser(header)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        property(json);
      }
      if (json.nextToken() != null) {
        throw new FormatException(file + ": the header goes on after its object, expected spaces");
      }
      return new SafetensorsHeader(metadata, tensors);
    } catch (JacksonException e) {
      throw new FormatException("%s: the header is no JSON: %s".formatted(file, Json.problem(e)), e);
    }
  }

  private void property(JsonParser json) {
    String name = json.currentName();
    if (name.length() > MAX_NAME_CHARS) {
      throw failure(name, "its name has %d characters, expected at most %d".formatted(name.length(), MAX_NAME_CHARS));
    }
    if (!names.add(name)) {
      throw failure(name, "occurs twice");
    }
    if (names.size() > MAX_TENSORS) {
      throw new FormatException("%s: the header has more than %d tensors".formatted(file, MAX_TENSORS));
    }
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw failure(name, "is %s, expected an object".formatted(kind(json)));
    }
    if (name.equals(SafetensorsHeader.METADATA)) {
      texts(json);
    } else {
      tensors.add(new Fields(name).read(json));
    }
  }

  private void texts(JsonParser json) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = json.currentName();
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw new FormatException(
            "%s: __metadata__ %s is %s, expected a string".formatted(file, Shown.of(key), kind(json)));
      }
      if (metadata.put(key, json.getString()) != null) {
        throw new FormatException("%s: __metadata__ %s occurs twice".formatted(file, Shown.of(key)));
      }
    }
  }

  private FormatException failure(String tensor, String problem) {
    return new FormatException("%s: tensor %s: %s".formatted(file, Shown.of(tensor), problem));
  }

  private static String kind(JsonParser json) {
    JsonToken token = json.currentToken();
    return token == null ? "nothing" : switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number " + Shown.of(json.getString());
      case VALUE_NULL -> "null";
      case VALUE_TRUE, VALUE_FALSE -> "a bool";
      default -> "the end of something";
    };
  }

  /** What is said of one tensor, before it is checked. */
  private final class Fields {
    private final String tensor;
    private @Nullable String dtype;
    private @Nullable List<Long> shape;
    private @Nullable List<Long> offsets;

    Fields(String tensor) {
      this.tensor = tensor;
    }

    StoredTensor read(JsonParser json) {
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "dtype" -> dtype = first(dtype, text(json), field);
          case "shape" -> shape = first(shape, numbers(json, field, MAX_DIMS), field);
          case "data_offsets" -> offsets = first(offsets, numbers(json, field, 2), field);
          default -> json.skipChildren();
        }
      }
      return place(required(dtype, "dtype"), required(shape, "shape"), required(offsets, "data_offsets"));
    }

    private <T> T first(@Nullable T before, T value, String field) {
      if (before != null) {
        throw failure(tensor, field + " occurs twice");
      }
      return value;
    }

    private <T> T required(@Nullable T value, String field) {
      if (value == null) {
        throw failure(tensor, field + " is missing");
      }
      return value;
    }

    private String text(JsonParser json) {
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw failure(tensor, "dtype is %s, expected a string".formatted(kind(json)));
      }
      return json.getString();
    }

    private List<Long> numbers(JsonParser json, String field, int most) {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw failure(tensor, "%s is %s, expected an array".formatted(field, kind(json)));
      }
      var numbers = new ArrayList<Long>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
            || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
            || json.getLongValue() < 0) {
          throw failure(
              tensor, "%s holds %s, expected integers from 0 to 2^63 − 1".formatted(field, kind(json)));
        }
        if (numbers.size() == most) {
          throw failure(tensor, "%s holds more than %d numbers".formatted(field, most));
        }
        numbers.add(json.getLongValue());
      }
      return numbers;
    }

    private StoredTensor place(String type, List<Long> dims, List<Long> range) {
      Encoding encoding =
          SafetensorsTypes.encoding(type)
              .orElseThrow(
                  () ->
                      new UnsupportedModelException(
                          "%s: tensor %s: has unknown type %s, expected one of %s; the file is damaged or newer than this program"
                              .formatted(file, Shown.of(tensor), Shown.of(type), SafetensorsTypes.names())));
      if (range.size() != 2) {
        throw failure(tensor, "data_offsets holds %d numbers, expected 2".formatted(range.size()));
      }
      long begin = range.getFirst();
      long end = range.getLast();
      long room = fileBytes - dataStart;
      if (begin > end || end > room) {
        throw failure(
            tensor,
            "lies at bytes %d to %d of the data, which end at %d; the file is truncated or damaged".formatted(begin, end, room));
      }
      long bytes = bytes(dims, encoding);
      if (end - begin != bytes) {
        throw failure(
            tensor,
            "has %d bytes at offset %d, but %s %s takes %d".formatted(end - begin, begin, type, dims, bytes));
      }
      return new StoredTensor(tensor, dims, encoding, dataStart + begin, dataStart + end);
    }

    private long bytes(List<Long> dims, Encoding encoding) {
      long values = 1;
      boolean empty = false;
      for (long dim : dims) {
        empty |= dim == 0;
        if (dim > Long.MAX_VALUE / values) {
          throw failure(tensor, "has shape %s: the number of its values overflows 63 bits".formatted(dims));
        }
        values *= Math.max(1, dim);
      }
      if (values / encoding.blockLength() > Long.MAX_VALUE / encoding.blockBytes()) {
        throw failure(tensor, "has shape %s: its size overflows 63 bits".formatted(dims));
      }
      long inRow = dims.isEmpty() ? 1 : dims.getLast();
      if (inRow % encoding.blockLength() != 0) {
        throw failure(
            tensor,
            "has shape %s, expected rows of a multiple of %d for %s".formatted(dims, encoding.blockLength(), encoding.id()));
      }
      return empty ? 0 : encoding.bytes(values);
    }
  }
}
