package io.gatun.text;

import io.gatun.tensors.Utf8Strings;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The merges of a byte-pair vocabulary as they are read from a file, in order. Confined to one thread. */
final class MergeEntries {
  private static final int MAX_MERGES = 1 << 23;
  /** No byte of UTF-8. */
  static final byte NO_CHARACTER = (byte) 0xFF;

  private final ByteBuilder spellings = new ByteBuilder(1 << 16);
  private final IdBuffer ends = new IdBuffer();
  private boolean spaced;
  private @Nullable Utf8Strings made;

  /** An array of pairs of symbols, or of strings with a space between two symbols. */
  static MergeEntries read(JsonParser parser, JsonReader reader, String path) {
    var merges = new MergeEntries();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      boolean added;
      if (parser.currentToken() == JsonToken.START_ARRAY) {
        String left = parser.nextToken() == JsonToken.VALUE_STRING ? reader.text(parser, path) : "";
        String right = parser.nextToken() == JsonToken.VALUE_STRING ? reader.text(parser, path) : "";
        added = parser.nextToken() == JsonToken.END_ARRAY && merges.add(left, right);
      } else {
        added = parser.currentToken() == JsonToken.VALUE_STRING && merges.add(reader.text(parser, path));
      }
      if (!added) {
        String place = path + "[" + merges.ends.size() + "]";
        throw reader.malformed(parser, place, "something else", "two symbols, at most " + MAX_MERGES + " times");
      }
    }
    return merges;
  }

  /** Adds what a space separates; returns whether it is one space and two symbols. */
  boolean add(String merge) {
    int space = merge.indexOf(' ');
    return space == merge.lastIndexOf(' ') && space > 0 && add(merge.substring(0, space), merge.substring(space + 1));
  }

  private boolean add(String left, String right) {
    if (left.isEmpty() || right.isEmpty() || ends.size() == MAX_MERGES) {
      return false;
    }
    spaced |= left.indexOf(' ') >= 0 || right.indexOf(' ') >= 0;
    spellings.add(left.getBytes(StandardCharsets.UTF_8));
    spellings.add(NO_CHARACTER);
    spellings.add(right.getBytes(StandardCharsets.UTF_8));
    ends.add(spellings.size());
    return true;
  }

  /** What stands between two symbols in {@link #spellings}: a space, unless symbols have some. */
  byte separator() {
    return spaced ? NO_CHARACTER : (byte) ' ';
  }

  Utf8Strings spellings() {
    if (made == null) {
      byte[] bytes = spellings.toByteArray();
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == NO_CHARACTER) {
          bytes[i] = separator();
        }
      }
      made = new Utf8Strings(bytes, ends.toArray(), 0);
    }
    return made;
  }
}
