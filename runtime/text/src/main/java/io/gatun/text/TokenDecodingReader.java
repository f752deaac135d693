package io.gatun.text;

import io.gatun.text.TokenDecoding.TokenRule;
import java.util.List;
import java.util.stream.Stream;

/** The decoders of {@code tokenizer.json}. */
final class TokenDecodingReader {
  private static final int MOST = 1 << 20;

  private TokenDecodingReader() {}

  /** From the first to the last. */
  static List<TokenDecoding> read(JsonObject source) {
    return stream(source).toList();
  }

  private static Stream<TokenDecoding> stream(JsonObject source) {
    return source.string("type").equals("Sequence")
        ? source.objects("decoders").stream().flatMap(TokenDecodingReader::stream)
        : Stream.of(single(source));
  }

  private static TokenDecoding single(JsonObject source) {
    String type = source.string("type");
    return switch (type) {
      case "ByteLevel" -> new TokenDecoding.ByteLevel();
      case "ByteFallback" -> new TokenDecoding.ByteFallback();
      case "Fuse" -> new TokenDecoding.Fuse();
      case "Strip" ->
          new TokenDecoding.Strip(
              source.character("content"), source.integer("start", 0, MOST, 0), source.integer("stop", 0, MOST, 0));
      case "Replace" -> replace(TextPatternReader.read(source, "pattern"), source.string("content"));
      case "Metaspace" -> metaspace(source);
      case "WordPiece" -> wordPiece(source.string("prefix", "##"), source.bool("cleanup", true));
      case "BPEDecoder" -> new TokenDecoding.WordEnd(source.string("suffix", "</w>"));
      case "CTC" -> ctc(source);
      default -> throw source.unsupported("type", "decoder '" + type + "'");
    };
  }

  private static TokenDecoding replace(TextPattern pattern, String content) {
    return new TokenDecoding.EachToken((token, first) -> pattern.replace(token, content));
  }

  private static TokenDecoding metaspace(JsonObject source) {
    String space = Character.toString(source.character("replacement"));
    boolean prepends = WordCutReader.scheme(source) != WordCut.PrependScheme.NEVER;
    return new TokenDecoding.EachToken((token, first) -> token.replace(space, first && prepends ? "" : " "));
  }

  private static TokenDecoding wordPiece(String prefix, boolean cleansUp) {
    TokenRule joined =
        (token, first) -> first ? token : token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
    return new TokenDecoding.EachToken(
        cleansUp ? (token, first) -> cleanedUp(joined.decoded(token, first)) : joined);
  }

  private static TokenDecoding ctc(JsonObject source) {
    String delimiter = source.string("word_delimiter_token", "|");
    TokenRule rule =
        source.bool("cleanup", true)
            ? (token, first) -> cleanedUp(token).replace(delimiter, " ")
            : (token, first) -> token;
    return new TokenDecoding.Ctc(source.string("pad_token", "<pad>"), rule);
  }

  /** English without the spaces that word tokenizers leave, within one token. */
  private static String cleanedUp(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" do not", " don't")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }
}
