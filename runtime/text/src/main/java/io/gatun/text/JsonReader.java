package io.gatun.text;

import io.gatun.tensors.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the JSON files of a model: small values as a tree, which is bounded, and the large ones, such as a
 * vocabulary, by readers of their own, which get the stream. Confined to one thread.
 */
final class JsonReader {
  /** Reads one value, of which the stream stands at the first token; returns what stands for it in the tree. */
  interface ValueReader<T> {
    T read(JsonParser parser, JsonReader reader);
  }

  private static final int MAX_VALUES = 2_000_000;
  /** Names of a vocabulary must not go into the table of names that the parser keeps. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();

  private final String file;
  private final Map<String, ValueReader<?>> readers;
  private int values;

  private JsonReader(String file, Map<String, ValueReader<?>> readers) {
    this.file = file;
    this.readers = readers;
  }

  /**
   * The object that a file holds.
   *
   * @param readers for the values at some paths, such as {@code model.vocab}
   * @throws FormatException if the file is no JSON, or no object
   * @throws UncheckedIOException if the file cannot be read
   */
  static JsonObject read(Path file, Map<String, ValueReader<?>> readers) {
    return read(file, readers, (parser, reader) -> reader.object(parser, ""));
  }

  /** As {@link #read(Path, Map)}, but a reader of its own takes the whole object. */
  static <T> T readTop(Path file, ValueReader<T> reader) {
    return read(file, Map.of(), reader);
  }

  private static <T> T read(Path file, Map<String, ValueReader<?>> readers, ValueReader<T> top) {
    String name = file.toString();
    try (InputStream in = Files.newInputStream(file);
        JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), in)) {
      var reader = new JsonReader(name, readers);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new FormatException("%s: the top is no object, expected one".formatted(name));
      }
      T value = top.read(parser, reader);
      if (parser.nextToken() != null) {
        throw new FormatException("%s: something follows the object, expected the end of the file".formatted(name));
      }
      return value;
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      String place = at == null ? "" : "line %d, column %d: ".formatted(at.getLineNr(), at.getColumnNr());
      throw new FormatException("%s: %s%s".formatted(name, place, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonObject object(JsonParser parser, String path) {
    var members = new LinkedHashMap<String, Object>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      Object value = value(parser, path.isEmpty() ? name : path + "." + name);
      if (value != null) {
        members.put(name, value);
      }
    }
    return new JsonObject(file, path, members);
  }

  private @Nullable Object value(JsonParser parser, String path) {
    if (++values > MAX_VALUES) {
      throw malformed(parser, path, "more than " + MAX_VALUES + " values", "fewer");
    }
    JsonToken token = parser.currentToken();
    ValueReader<?> special = readers.get(path);
    if (special != null && token.isStructStart()) {
      return special.read(parser, this);
    }
    return switch (token) {
      case VALUE_NULL -> null;
      case VALUE_STRING -> text(parser, path);
      case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case START_ARRAY -> array(parser, path);
      case START_OBJECT -> object(parser, path);
      default -> throw malformed(parser, path, token.toString(), "a value");
    };
  }

  /** A number too large for 64 bits is a float: files have 10³⁰ for a length without limit. */
  private static Object integer(JsonParser parser) {
    boolean large = parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER;
    return large ? parser.getDoubleValue() : (Object) parser.getLongValue();
  }

  private List<Object> array(JsonParser parser, String path) {
    var elements = new ArrayList<Object>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Object element = value(parser, path + "[" + elements.size() + "]");
      if (element == null) {
        throw malformed(parser, path + "[" + elements.size() + "]", "null", "a value");
      }
      elements.add(element);
    }
    return elements;
  }

  /** A string, of which every surrogate has its partner. */
  String text(JsonParser parser, String path) {
    return paired(parser, path, parser.getString());
  }

  /** As {@link #text}, the name of a member. */
  String name(JsonParser parser, String path) {
    return paired(parser, path, parser.currentName());
  }

  private String paired(JsonParser parser, String path, String text) {
    if (!Surrogates.paired(text).equals(text)) {
      throw malformed(parser, path, "a string with a surrogate without partner", "Unicode text");
    }
    return text;
  }

  FormatException malformed(JsonParser parser, String path, String found, String expected) {
    TokenStreamLocation at = parser.currentTokenLocation();
    return new FormatException(
        "%s: line %d, column %d: %s is %s, expected %s"
            .formatted(file, at.getLineNr(), at.getColumnNr(), path, found, expected));
  }
}
