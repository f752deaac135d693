package io.gatun.text.reply;

import java.util.List;

/**
 * Cuts a stream into markers and the text between them. Of markers that begin at one place the longest counts. What may
 * yet become a marker is held back. Every character is looked at a number of times that only the markers bound.
 */
final class MarkerSplitter {
  /** Takes the parts, in order. */
  interface Target {
    void text(String text);

    void marker(String marker);
  }

  private final List<String> markers;
  private final Target target;
  private String held = "";

  MarkerSplitter(List<String> markers, Target target) {
    this.markers = markers;
    this.target = target;
  }

  void accept(String text) {
    split(held + text, false);
  }

  void finish() {
    split(held, true);
  }

  private void split(String text, boolean last) {
    int plain = 0;
    int at = 0;
    while (at < text.length() && (last || !mayGrow(text, at))) {
      String marker = longest(text, at);
      if (marker.isEmpty()) {
        at++;
      } else {
        text(text, plain, at);
        at += marker.length();
        plain = at;
        target.marker(marker);
      }
    }
    text(text, plain, at);
    held = text.substring(at);
  }

  private void text(String text, int from, int to) {
    if (from < to) {
      target.text(text.substring(from, to));
    }
  }

  /** Whether the text ends within a marker that begins here. */
  private boolean mayGrow(String text, int at) {
    int left = text.length() - at;
    for (String marker : markers) {
      if (left < marker.length() && marker.startsWith(text.substring(at, at + left))) {
        return true;
      }
    }
    return false;
  }

  private String longest(String text, int at) {
    String longest = "";
    for (String marker : markers) {
      if (marker.length() > longest.length() && text.startsWith(marker, at)) {
        longest = marker;
      }
    }
    return longest;
  }
}
