package io.gatun.text.template;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters of texts. */
final class TextFilters {
  private static final Pattern WORD_START = Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);

  private TextFilters() {}

  static Map<String, Builtin> filters() {
    return new Builtin.Table()
        .add("upper", b -> b.soft(0).map(TextMethods::upper), "s")
        .add("lower", b -> b.soft(0).map(TextMethods::lower), "s")
        .add("capitalize", b -> b.soft(0).map(TextMethods::capitalize), "s")
        .add("title", b -> title(b.soft(0), b.budget()), "s")
        .add("trim", b -> TextSearch.stripped(b.soft(0), b.textOrNone(1), true, true), "value", "chars?")
        .add("string", b -> b.soft(0), "value")
        .add("replace", TextFilters::replace, "s", "old", "new", "count?")
        .add("center", TextFilters::center, "value", "width?")
        .add("indent", TextFilters::indent, "s", "width?", "first?", "blank?")
        .add("truncate", TextFilters::truncate, "s", "length?", "killwords?", "end?", "leeway?")
        .add(
            "wordwrap",
            TextFilters::wordWrap,
            "s",
            "width?",
            "break_long_words?",
            "wrapstring?",
            "break_on_hyphens?")
        .add("wordcount", b -> Int.of(words(b.soft(0).chars())), "s")
        .add("format", TextFilters::format, "value", "/", "*", "**")
        .add("join", TextFilters::join, "value", "d?", "attribute?")
        .build();
  }

  private static long words(String text) {
    long words = 0;
    boolean within = false;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      boolean word = Chars.isWord(text.codePointAt(i));
      words += word && !within ? 1 : 0;
      within = word;
    }
    return words;
  }

  private static Text title(Text text, Budget budget) {
    var out = new TextBuilder(budget);
    Matcher separators = WORD_START.matcher(text.chars());
    int from = 0;
    while (separators.find()) {
      titleWord(text.slice(from, separators.start()), out);
      titleWord(text.slice(separators.start(), separators.end()), out);
      from = separators.end();
    }
    titleWord(text.slice(from, text.chars().length()), out);
    return out.build().asMarkup(text.isMarkup());
  }

  private static void titleWord(Text word, TextBuilder out) {
    if (!word.isEmpty()) {
      int first = word.offset(1);
      out.append(word.slice(0, first).map(TextMethods::upper));
      out.append(word.slice(first, word.chars().length()).map(TextMethods::lower));
    }
  }

  private static Value replace(Bound b) {
    long count = b.get(3, None.NONE) == None.NONE ? -1 : b.integer(3);
    boolean escapes = b.renderer().escapes();
    Text self = escapes ? b.soft(0) : Repr.string(b.get(0), b.budget());
    if (escapes && !self.isMarkup() && (isMarkup(b.get(1)) || isMarkup(b.get(2)))) {
      self = Markup.escaped(self, b.budget());
    }
    Text replacement = b.soft(2);
    return TextSearch.replaced(
            self, b.soft(1), self.isMarkup() ? Markup.escaped(replacement, b.budget()) : replacement, count, b.budget())
        .asMarkup(self.isMarkup());
  }

  private static boolean isMarkup(Value value) {
    return value instanceof Text text && text.isMarkup();
  }

  private static Value center(Bound b) {
    return TextLayout.centered(b.soft(0), b.integer(1, 80), TextLayout.SPACE, b.budget());
  }

  private static Value indent(Bound b) {
    Text self = b.text(0);
    Value width = b.get(1, Int.of(4));
    Text indention =
        width instanceof Text given
            ? given
            : TextLayout.padded(Text.EMPTY, TextLayout.SPACE, Math.max(0, b.integer(1, 4)), 0, b.budget());
    boolean blank = b.truth(3, false);
    List<Value> lines = TextSearch.lines(new TextBuilder(b.budget()).append(self).template("\n").build(), false);
    var out = new TextBuilder(b.budget());
    out.append(b.truth(2, false) ? indention : Text.EMPTY);
    for (int i = 0; i < lines.size(); i++) {
      Text line = (Text) lines.get(i);
      if (i > 0) {
        out.template("\n").append(blank || !line.isEmpty() ? indention : Text.EMPTY);
      }
      out.append(line);
    }
    return out.build().asMarkup(self.isMarkup());
  }

  private static Value truncate(Bound b) {
    long length = b.integer(1, 255);
    Text end = b.has(3) ? b.text(3) : Text.template("...");
    long leeway = b.get(4, None.NONE) == None.NONE ? 5 : b.integer(4);
    if (length < end.length() || leeway < 0) {
      throw TemplateException.of(
          "AssertionError",
          leeway < 0
              ? "expected leeway >= 0, got %d".formatted(leeway)
              : "expected length >= %d, got %d".formatted(end.length(), length));
    }
    if (b.get(0).length() <= length + leeway) {
      return b.get(0);
    }
    Text self = b.text(0);
    int cut = self.offset((int) (length - end.length()));
    int space = b.truth(2, false) ? -1 : self.chars().substring(0, cut).lastIndexOf(' ');
    return Markup.joined(self.slice(0, space < 0 ? cut : space), end, b.budget());
  }

  private static Value wordWrap(Bound b) {
    Text self = b.text(0);
    Text separator = b.get(3, None.NONE) == None.NONE ? Text.template("\n") : b.text(3);
    var wrap = new WordWrap(b.integer(1, 79), b.truth(2, true), b.truth(4, true), b.budget());
    var out = new TextBuilder(b.budget());
    List<Value> lines = TextSearch.lines(self, false);
    for (int i = 0; i < lines.size(); i++) {
      out.append(i > 0 ? separator : Text.EMPTY);
      List<Text> wrapped = wrap.wrapped((Text) lines.get(i));
      for (int j = 0; j < wrapped.size(); j++) {
        out.append(j > 0 ? separator : Text.EMPTY).append(wrapped.get(j));
      }
    }
    return out.build();
  }

  private static Value format(Bound b) {
    if (!b.rest().isEmpty() && !b.keywords().isEmpty()) {
      throw TemplateException.of(
          "FilterArgumentError", "can't handle positional and keyword arguments at the same time");
    }
    var named = new java.util.LinkedHashMap<Value, Value>();
    b.keywords().forEach((name, value) -> named.put(Text.template(name), value));
    Value values = named.isEmpty() ? new TupleValue(b.rest()) : new DictValue(named);
    return PercentFormat.apply(b.soft(0), values, b.budget());
  }

  private static Value join(Bound b) {
    List<Value> items = b.list(0);
    if (b.get(2, None.NONE) != None.NONE) {
      items = items.stream().map(AttributePath.of(b.get(2), b.renderer())::find).toList();
    }
    Text separator = b.has(1) ? b.soft(1) : Text.EMPTY;
    boolean markup = separator.isMarkup() || items.stream().anyMatch(TextFilters::isMarkup);
    boolean escapes = b.renderer().escapes() && markup;
    var out = new TextBuilder(b.budget());
    boolean first = true;
    for (Value item : items) {
      if (!first) {
        out.append(escapes ? Markup.escaped(separator, b.budget()) : separator);
      }
      out.append(escapes ? Markup.escaped(item, b.budget()) : Repr.string(item, b.budget()));
      first = false;
    }
    return out.build().asMarkup(escapes);
  }
}
