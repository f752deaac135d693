package io.gatun.text;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The tokens of single bytes, spelled {@code <0x00>} to {@code <0xFF>}, that stand in for what a vocabulary lacks. */
final class ByteTokens {
  static final int COUNT = 256;
  static final int NONE = -1;

  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final Pattern SPELLING = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

  private ByteTokens() {}

  static String spelling(int b) {
    return "<0x" + HEX.toHexDigits((byte) b) + ">";
  }

  static boolean isSpelling(String text) {
    return SPELLING.matcher(text).matches();
  }

  /** The byte of a token that is spelled so. */
  static byte value(String spelling) {
    return (byte) Integer.parseInt(spelling, 3, 5, 16);
  }

  /** By byte, its token; {@link #NONE} where the vocabulary has none. */
  static int[] of(Vocabulary vocabulary) {
    var tokens = new int[COUNT];
    Arrays.setAll(tokens, b -> vocabulary.findOrdinary(spelling(b)));
    return tokens;
  }
}
