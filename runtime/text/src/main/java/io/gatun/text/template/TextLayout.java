package io.gatun.text.template;

import java.util.Map;

/** Methods of Python's str that pad. */
final class TextLayout {
  static final Text SPACE = Text.template(" ");
  static final Text ZERO = Text.template("0");

  static final Map<String, Builtin> METHODS =
      new Builtin.Table()
          .add("center", b -> padded(b, Side.BOTH), "self", "width", "fillchar?", "/")
          .add("ljust", b -> padded(b, Side.RIGHT), "self", "width", "fillchar?", "/")
          .add("rjust", b -> padded(b, Side.LEFT), "self", "width", "fillchar?", "/")
          .add("zfill", TextLayout::zeroFilled, "self", "width", "/")
          .add("expandtabs", TextLayout::expanded, "self", "/", "tabsize?")
          .build();

  private TextLayout() {}

  /** Where padding goes. */
  private enum Side {
    LEFT,
    RIGHT,
    BOTH
  }

  private static Value padded(Bound b, Side side) {
    Text fill = b.has(2) ? b.text(2) : SPACE;
    if (fill.length() != 1) {
      throw TemplateException.type("The fill character must be exactly one character long");
    }
    Text self = b.text(0);
    long width = b.integer(1);
    long missing = Math.max(0, width - self.length());
    return switch (side) {
      case LEFT -> padded(self, fill, missing, 0, b.budget());
      case RIGHT -> padded(self, fill, 0, missing, b.budget());
      case BOTH -> centered(self, width, fill, b.budget());
    };
  }

  /** With so many fills on the left and on the right. */
  static Text padded(Text text, Text fill, long left, long right, Budget budget) {
    return new TextBuilder(budget)
        .repeat(fill, left)
        .append(text)
        .repeat(fill, right)
        .build()
        .asMarkup(text.isMarkup());
  }

  static Text centered(Text text, long width, Text fill, Budget budget) {
    long missing = Math.max(0, width - text.length());
    long left = missing / 2 + (missing & width & 1);
    return padded(text, fill, left, missing - left, budget);
  }

  private static Value zeroFilled(Bound b) {
    Text self = b.text(0);
    int sign = self.chars().startsWith("+") || self.chars().startsWith("-") ? 1 : 0;
    long missing = Math.max(0, b.integer(1) - self.length());
    return new TextBuilder(b.budget())
        .append(self, 0, sign)
        .repeat(ZERO, missing)
        .append(self, sign, self.chars().length())
        .build()
        .asMarkup(self.isMarkup());
  }

  private static Value expanded(Bound b) {
    Text self = b.text(0);
    long size = b.integer(1, 8);
    var out = new TextBuilder(b.budget());
    long column = 0;
    for (int i = 0; i < self.chars().length(); i++) {
      char c = self.chars().charAt(i);
      if (c == '\t') {
        long spaces = size <= 0 ? 0 : size - column % size;
        out.repeat(SPACE, spaces);
        column += spaces;
      } else {
        out.append(self, i, i + 1);
        column = c == '\n' || c == '\r' ? 0 : Character.isLowSurrogate(c) ? column : column + 1;
      }
    }
    return out.build().asMarkup(self.isMarkup());
  }
}
