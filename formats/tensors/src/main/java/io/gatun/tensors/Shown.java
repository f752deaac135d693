package io.gatun.tensors;

/** Names from a file, fit for a message of one line. */
public final class Shown {
  private static final int MAX_CHARS = 100;

  private Shown() {}

  /** The name, cut if it is long, with everything that could disturb a terminal replaced. */
  public static String of(String name) {
    String cut = name.length() <= MAX_CHARS ? name : name.substring(0, MAX_CHARS) + "…";
    var shown = new StringBuilder(cut.length());
    cut.codePoints().forEach(c -> shown.appendCodePoint(harmless(c) ? c : '?'));
    return shown.toString();
  }

  private static boolean harmless(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR -> false;
      default -> true;
    };
  }
}
