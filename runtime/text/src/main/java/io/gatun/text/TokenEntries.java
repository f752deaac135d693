package io.gatun.text;

import io.gatun.tensors.Utf8Strings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The vocabulary of a JSON file as it is read: tokens in the order of the file, with their ids, or with scores and
 * the order as ids. Confined to one thread.
 */
final class TokenEntries {
  static final int MAX_TOKENS = 1 << 22;

  private final ByteBuilder spellings = new ByteBuilder(1 << 16);
  private final IdBuffer ends = new IdBuffer();
  private final IdBuffer ids = new IdBuffer();
  private double[] scores = {};
  private int highest = -1;

  /** An object of tokens and their ids, or an array of pairs of a token and its score. */
  static TokenEntries read(JsonParser parser, JsonReader reader, String path) {
    var entries = new TokenEntries();
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String token = reader.name(parser, path);
        boolean isId = parser.nextToken() == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() == JsonParser.NumberType.INT;
        int id = isId ? parser.getIntValue() : -1;
        if (id < 0 || id >= MAX_TOKENS) {
          throw reader.malformed(parser, path + " of '" + token + "'", parser.getString(), "an id below " + MAX_TOKENS);
        }
        entries.add(token, id);
      }
    } else {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        entries.readScored(parser, reader, path);
      }
    }
    return entries;
  }

  private void readScored(JsonParser parser, JsonReader reader, String path) {
    boolean isPair = parser.currentToken() == JsonToken.START_ARRAY && parser.nextToken() == JsonToken.VALUE_STRING;
    String token = isPair ? reader.text(parser, path) : "";
    if (!isPair || !parser.nextToken().isNumeric() || count() >= MAX_TOKENS) {
      throw reader.malformed(parser, "%s[%d]".formatted(path, count()), "something else",
          "a token and its score, at most " + MAX_TOKENS + " of them");
    }
    double score = parser.getDoubleValue();
    if (parser.nextToken() != JsonToken.END_ARRAY) {
      throw reader.malformed(parser, "%s[%d]".formatted(path, count()), "longer", "a token and its score");
    }
    addScored(token, score);
  }

  /** Adds a token of the next id. */
  void addScored(String token, double score) {
    if (scores.length == count()) {
      scores = Arrays.copyOf(scores, Math.max(1024, 2 * count()));
    }
    scores[count()] = score;
    add(token, count());
  }

  private void add(String token, int id) {
    spellings.add(token.getBytes(StandardCharsets.UTF_8));
    ends.add(spellings.size());
    ids.add(id);
    highest = Math.max(highest, id);
  }

  /** The number of tokens. */
  int count() {
    return ids.size();
  }

  /** One more than the highest id. */
  int size() {
    return highest + 1;
  }

  boolean hasScores() {
    return scores.length > 0;
  }

  /** By id; 0 for others. */
  double[] scores(int size) {
    var all = new double[size];
    System.arraycopy(scores, 0, all, 0, hasScores() ? count() : 0);
    return all;
  }

  int id(int entry) {
    return ids.at(entry);
  }

  Utf8Strings spellings() {
    return new Utf8Strings(spellings.toByteArray(), ends.toArray(), 0);
  }
}
