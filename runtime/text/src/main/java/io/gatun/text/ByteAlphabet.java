package io.gatun.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The printable characters that byte-level vocabularies spell bytes with: printable Latin-1 for itself, and U+0100 on, in
 * order, for the other bytes. Source: OpenAI's GPT-2 encoder, bytes_to_unicode.
 */
final class ByteAlphabet {
  private static final int BYTES = 256;
  private static final int NOT_A_BYTE = -1;
  private static final char[] CHARACTERS = characters();
  private static final short[] BYTE_OF = bytes();

  private ByteAlphabet() {}

  static char character(int b) {
    return CHARACTERS[b];
  }

  /** The characters of the bytes of a text. */
  static String spell(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    var spelled = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      spelled[i] = CHARACTERS[bytes[i] & 0xFF];
    }
    return new String(spelled);
  }

  /** The characters of bytes, in UTF-8. */
  static byte[] spell(byte[] bytes) {
    var spelled = new ByteBuilder(2 * bytes.length);
    for (byte b : bytes) {
      char character = CHARACTERS[b & 0xFF];
      if (character < 0x80) {
        spelled.add((byte) character);
      } else {
        spelled.add((byte) (0xC0 | character >> 6));
        spelled.add((byte) (0x80 | (character & 0x3F)));
      }
    }
    return spelled.toByteArray();
  }

  /** The bytes that a text spells, empty if some character spells none. */
  static Optional<byte[]> bytesOf(String text) {
    var bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      int b = byteOf(text.charAt(i));
      if (b < 0) {
        return Optional.empty();
      }
      bytes[i] = (byte) b;
    }
    return Optional.of(bytes);
  }

  /** The byte that a character spells, negative if none. */
  static int byteOf(char character) {
    return character < BYTE_OF.length ? BYTE_OF[character] : NOT_A_BYTE;
  }

  private static boolean spellsItself(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xFF && b != 0xAD);
  }

  private static char[] characters() {
    var characters = new char[BYTES];
    int others = 0;
    for (int b = 0; b < BYTES; b++) {
      characters[b] = (char) (spellsItself(b) ? b : BYTES + others++);
    }
    return characters;
  }

  private static short[] bytes() {
    var bytes = new short[2 * BYTES];
    Arrays.fill(bytes, (short) NOT_A_BYTE);
    for (int b = 0; b < BYTES; b++) {
      bytes[CHARACTERS[b]] = (short) b;
    }
    return bytes;
  }
}
