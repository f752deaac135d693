package io.gatun.text.template;

import java.util.ArrayList;
import java.util.Arrays;

/** A template's text with its line ends made one kind, and without the last of them. */
final class Source {
  private final String text;
  private final int[] lineStarts;

  Source(String raw) {
    String normal = normalized(raw);
    this.text = normal.endsWith("\n") ? normal.substring(0, normal.length() - 1) : normal;
    var starts = new ArrayList<Integer>();
    starts.add(0);
    for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      starts.add(at + 1);
    }
    this.lineStarts = starts.stream().mapToInt(i -> i).toArray();
  }

  static String normalized(String text) {
    return text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
  }

  String text() {
    return text;
  }

  Position position(int offset) {
    int found = Arrays.binarySearch(lineStarts, offset);
    int line = found >= 0 ? found : -found - 2;
    return new Position(line + 1, offset - lineStarts[line] + 1);
  }
}
