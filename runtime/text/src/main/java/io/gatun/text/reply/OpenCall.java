package io.gatun.text.reply;

import java.util.Iterator;
import java.util.List;

/** A block of calls that has begun, with its source for the case that it turns out to be none. */
final class OpenCall {
  private final String close;
  private final StringBuilder source;
  private final int body;
  private final Iterator<CallSyntax> syntaxes;
  private CallReader reader;

  /**
   * Begins a block.
   *
   * @param source what was taken as its begin
   * @param close the marker of its end; empty if there is none
   */
  OpenCall(String source, String close, List<CallSyntax> syntaxes) {
    this.close = close;
    this.source = new StringBuilder(source);
    this.body = source.length();
    this.syntaxes = syntaxes.iterator();
    this.reader = this.syntaxes.next().reader();
  }

  /** What was taken, the begin included. */
  String source() {
    return source.toString();
  }

  boolean isClose(String marker) {
    return marker.equals(close);
  }

  boolean mayEnd() {
    return reader.mayEnd();
  }

  /** Whether nothing but the next call could follow, and no marker says when. */
  boolean ended() {
    return close.isEmpty() && reader.endsItself();
  }

  /** The calls of the block, if it may end here and is well formed; otherwise empty. */
  List<ToolCall> calls() {
    return reader.mayEnd() ? reader.calls() : List.of();
  }

  /** Takes characters from the first on while the block goes on so; how many. */
  int take(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (ended() || !accept(text.charAt(i))) {
        return i;
      }
    }
    return text.length();
  }

  /** Takes a marker as a part of the body; false, and nothing is taken, if it cannot be one. */
  boolean takeMarker(String marker) {
    int before = source.length();
    if (take(marker) == marker.length()) {
      return true;
    }
    source.setLength(before);
    return false;
  }

  private boolean accept(char c) {
    if (!reader.accept(c) && !acceptOtherwise(c)) {
      return false;
    }
    source.append(c);
    return true;
  }

  private boolean acceptOtherwise(char c) {
    while (syntaxes.hasNext()) {
      reader = syntaxes.next().reader();
      if (source.chars().skip(body).allMatch(earlier -> reader.accept((char) earlier)) && reader.accept(c)) {
        return true;
      }
    }
    return false;
  }
}
