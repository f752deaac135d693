package io.gatun.cli.chat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Messages of several lines: between two {@code """}, or with a backslash at the end of each line but the last. What is
 * between quotes is taken as it is; other messages lose the white space around them.
 */
final class Multiline {
  private static final String QUOTES = "\"\"\"";
  private static final Pattern OPENING =
      Pattern.compile("\\A\\s*(?<command>/system\\s+|/set\\s+system\\s+)?" + QUOTES);

  private Multiline() {}

  /** Whether the lines typed so far are a whole message. */
  static boolean isComplete(String typed) {
    Matcher opening = OPENING.matcher(typed);
    if (opening.find()) {
      return typed.indexOf(QUOTES, opening.end()) >= 0;
    }
    int backslashes = typed.length() - typed.replaceFirst("\\\\+\\z", "").length();
    return backslashes % 2 == 0;
  }

  /** The message without the marks that held its lines together. */
  static String message(String typed) {
    Matcher opening = OPENING.matcher(typed);
    if (!opening.find()) {
      return typed.replaceAll("\\\\(\\n|\\z)", "$1").strip();
    }
    int end = typed.indexOf(QUOTES, opening.end());
    String quoted = typed.substring(opening.end(), end < 0 ? typed.length() : end);
    String rest = end < 0 ? "" : typed.substring(end + QUOTES.length());
    String command = opening.group("command") == null ? "" : opening.group("command");
    return command + quoted.replaceFirst("\\A\\n", "").replaceFirst("\\n\\z", "") + rest;
  }
}
