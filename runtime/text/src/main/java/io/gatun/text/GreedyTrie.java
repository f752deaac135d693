package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.nio.charset.StandardCharsets;

/**
 * The tokenizer of RWKV: the longest token from left to right, over bytes. Spellings escape what is not printable: {@code \n},
 * {@code \r}, {@code \t}, {@code \x00}, and a backslash before any other character.
 */
final class GreedyTrie implements Segmenter {
  private final Vocabulary vocabulary;
  private final String origin;
  private final Lazy<ByteTrie> trie;

  /** @throws FormatException if an escape is malformed */
  GreedyTrie(Vocabulary vocabulary, Metadata metadata) {
    this.vocabulary = vocabulary;
    this.origin = metadata.origin();
    this.trie = new Lazy<>(this::plant);
    checkEscapes();
  }

  private void checkEscapes() {
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.text(id).contains("\\x")) {
        decode(vocabulary.text(id));
      }
    }
  }

  private ByteTrie plant() {
    var planted = new ByteTrie();
    for (int id = 0; id < vocabulary.size(); id++) {
      byte[] bytes = decode(vocabulary.text(id));
      if (bytes.length > 0 && !vocabulary.isGuarded(id)) {
        planted.add(bytes, id);
      }
    }
    return planted;
  }

  @Override
  public byte[] decode(String spelling) {
    byte[] spelled = spelling.getBytes(StandardCharsets.UTF_8);
    var bytes = new ByteBuilder(spelled.length);
    for (int at = 0; at < spelled.length; at++) {
      if (spelled[at] != '\\') {
        bytes.add(spelled[at]);
      } else if (++at < spelled.length) {
        switch (spelled[at]) {
          case 't' -> bytes.add((byte) '\t');
          case 'n' -> bytes.add((byte) '\n');
          case 'r' -> bytes.add((byte) '\r');
          case 'x' -> {
            bytes.add(hexadecimal(spelled, at + 1));
            at += 2;
          }
          default -> bytes.add(spelled[at]);
        }
      }
    }
    return bytes.toByteArray();
  }

  private byte hexadecimal(byte[] spelled, int at) {
    int high = at + 1 < spelled.length ? Character.digit(spelled[at], 16) : -1;
    int low = high < 0 ? -1 : Character.digit(spelled[at + 1], 16);
    if (low < 0) {
      throw new FormatException(
          "%s: key %s: a token is spelled '%s', expected two hexadecimal digits after each \\x"
              .formatted(origin, VocabularyReader.TOKENS, new String(spelled, StandardCharsets.UTF_8)));
    }
    return (byte) (high << 4 | low);
  }

  /** All types are spelled alike. */
  @Override
  public byte[] render(TokenType type, String spelling) {
    return decode(spelling);
  }

  @Override
  public void encode(String text, IdBuffer ids) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < bytes.length; ) {
      int length = trie.value().appendLongest(bytes, at, ids);
      if (length == 0) {
        ids.add(unknown(bytes[at]));
      }
      at += Math.max(length, 1);
    }
  }

  private int unknown(byte b) {
    return vocabulary
        .special(SpecialRole.UNKNOWN)
        .orElseThrow(
            () ->
                new FormatException(
                    "%s: key %s: no token begins with the byte 0x%02X, and there is no unknown token"
                        .formatted(origin, VocabularyReader.TOKENS, b & 0xFF)));
  }
}
