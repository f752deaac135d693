package io.gatun.cli.chat;

import io.gatun.cli.terminal.Console;

/** Colours, or none. Source of the codes: ECMA-48, SGR. */
enum Style {
  PLAIN,
  COLOURED;

  static Style wanted() {
    return Console.coloursWanted() ? COLOURED : PLAIN;
  }

  String bold(String text) {
    return with(1, text);
  }

  String dim(String text) {
    return with(2, text);
  }

  String red(String text) {
    return with(31, text);
  }

  private String with(int code, String text) {
    return this == PLAIN ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
  }
}
