package io.gatun.safetensors;

import io.gatun.tensors.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON in UTF-8, within bounds of depth and size. */
final class Json {
  private static final int MAX_DEPTH = 64;
  private static final long MAX_FILE_BYTES = 1 << 26;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(100)
                  .maxNameLength(1 << 16)
                  .maxStringLength(1 << 25)
                  .build())
          .build();

  private Json() {}

  /** A parser of text that stays where it is. */
  static JsonParser parser(MemorySegment text) {
    var decoder = StandardCharsets.UTF_8.newDecoder(); // which refuses what is no UTF-8
    return FACTORY.createParser(ObjectReadContext.empty(), new InputStreamReader(new SegmentStream(text), decoder));
  }

  /** @throws FormatException if it is no JSON object; {@code origin} names it */
  static JsonNode object(String origin, String text) {
    try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new FormatException("%s: expected a JSON object".formatted(origin));
      }
      ObjectNode object = object(json);
      if (json.nextToken() != null) {
        throw new FormatException("%s: goes on after its JSON object".formatted(origin));
      }
      return object;
    } catch (JacksonException e) {
      throw new FormatException("%s: is no JSON: %s".formatted(origin, problem(e)), e);
    }
  }

  /** What a mapper would read; making one takes longer than reading all of a model's files. */
  private static ObjectNode object(JsonParser json) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      object.set(name, value(json));
    }
    return object;
  }

  private static JsonNode value(JsonParser json) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (json.currentToken()) {
      case START_OBJECT -> object(json);
      case START_ARRAY -> {
        ArrayNode array = nodes.arrayNode();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(json));
        }
        yield array;
      }
      case VALUE_STRING -> nodes.stringNode(json.getString());
      case VALUE_NUMBER_INT ->
          json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? nodes.numberNode(json.getBigIntegerValue())
              : nodes.numberNode(json.getLongValue());
      case VALUE_NUMBER_FLOAT -> nodes.numberNode(json.getDoubleValue());
      case VALUE_TRUE, VALUE_FALSE -> nodes.booleanNode(json.getBooleanValue());
      case VALUE_NULL -> nodes.nullNode();
      case null, default -> throw new IllegalStateException("no value: " + json.currentToken());
    };
  }

  /**
   * The object in a file; empty if there is no such file.
   *
   * @throws FormatException if it is no JSON object, or larger than any configuration
   */
  static Optional<JsonNode> file(Path path) {
    if (!Files.isRegularFile(path)) {
      return Optional.empty();
    }
    try {
      if (Files.size(path) > MAX_FILE_BYTES) {
        throw new FormatException(
            "%s: has %d bytes, expected at most %d".formatted(path, Files.size(path), MAX_FILE_BYTES));
      }
      return Optional.of(object(path.toString(), new String(Files.readAllBytes(path), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** What is wrong, in one line and without an excerpt of the text. */
  static String problem(JacksonException e) {
    String message = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
    return "%s at character %d".formatted(message, e.getLocation() == null ? 0 : e.getLocation().getCharOffset());
  }

  /** The bytes of a segment. */
  private static final class SegmentStream extends InputStream {
    private final MemorySegment bytes;
    private long position;

    SegmentStream(MemorySegment bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return position == bytes.byteSize() ? -1 : Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, position++));
    }

    @Override
    public int read(byte[] target, int start, int length) {
      if (position == bytes.byteSize() && length > 0) {
        return -1;
      }
      int count = (int) Math.min(length, bytes.byteSize() - position);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, target, start, count);
      position += count;
      return count;
    }
  }
}
