package io.gatun.text.template;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Filters for HTML and addresses. */
final class HtmlFilters {
  private static final Pattern NO_KEY = Pattern.compile("[\\s/>=]");
  private static final String UNQUOTED = "-._~";

  private HtmlFilters() {}

  static Map<String, Builtin> filters() {
    return new Builtin.Table()
        .add("escape", b -> Markup.escaped(b.get(0), b.budget()), "s")
        .alias("e", "escape")
        .add("forceescape", b -> Markup.escaped(Repr.string(b.get(0), b.budget()), b.budget()), "value")
        .add("safe", b -> Repr.string(b.get(0), b.budget()).asMarkup(true), "value")
        .add("striptags", b -> stripTags(b), "value")
        .add("xmlattr", HtmlFilters::attributes, "d", "autospace?")
        .add("urlencode", HtmlFilters::urlEncode, "value")
        .build();
  }

  private static Value stripTags(Bound b) {
    Text text = Repr.string(b.get(0), b.budget());
    text = without(text, "<!--", "-->", b.budget());
    text = without(text, "<", ">", b.budget());
    var out = new TextBuilder(b.budget());
    List<Value> words = TextSearch.words(text, Long.MAX_VALUE);
    for (int i = 0; i < words.size(); i++) {
      out.template(i > 0 ? " " : "").append((Text) words.get(i));
    }
    return unescaped(out.build(), b.budget());
  }

  private static Text without(Text text, String open, String close, Budget budget) {
    String chars = text.chars();
    var out = new TextBuilder(budget);
    int from = 0;
    for (int at = chars.indexOf(open); at >= 0; at = chars.indexOf(open, from)) {
      int end = chars.indexOf(close, at);
      if (end < 0) {
        break;
      }
      out.append(text, from, at);
      from = end + close.length();
    }
    return out.append(text, from, chars.length()).build();
  }

  private static Text unescaped(Text text, Budget budget) {
    Text plain = text;
    for (var entity : Map.of("&lt;", "<", "&gt;", ">", "&#34;", "\"", "&#39;", "'", "&quot;", "\"").entrySet()) {
      plain = TextSearch.replaced(plain, Text.template(entity.getKey()), Text.message(entity.getValue()), -1, budget);
    }
    return TextSearch.replaced(plain, Text.template("&amp;"), Text.message("&"), -1, budget);
  }

  private static Value attributes(Bound b) {
    if (!(b.get(0) instanceof DictValue dict)) {
      throw TemplateException.type("xmlattr needs a mapping, not " + b.get(0).type());
    }
    var out = new TextBuilder(b.budget());
    for (var entry : dict.entries().entrySet()) {
      if (entry.getValue() == None.NONE || entry.getValue() instanceof Undefined) {
        continue;
      }
      if (!(entry.getKey() instanceof Text key)) {
        throw TemplateException.type("expected string or bytes-like object, got " + entry.getKey().type());
      }
      if (NO_KEY.matcher(key.chars()).find()) {
        throw TemplateException.value(
            "Invalid character in attribute name: " + Repr.of(key, b.budget()).chars());
      }
      out.template(out.length() > 0 || b.truth(1, true) ? " " : "");
      out.append(Markup.escaped(key, b.budget())).template("=\"");
      out.append(Markup.escaped(entry.getValue(), b.budget())).template("\"");
    }
    return out.build().asMarkup(b.renderer().escapes());
  }

  private static Value urlEncode(Bound b) {
    Value value = b.get(0);
    if (value instanceof Text || !value.isIterable()) {
      return quoted(Repr.string(value, b.budget()), "/", b.budget());
    }
    Iterator<Value> pairs =
        value instanceof DictValue dict ? new DictView(DictView.Part.ITEMS, dict).iterator() : b.items(0);
    var out = new TextBuilder(b.budget());
    while (pairs.hasNext()) {
      List<Value> pair = b.renderer().list(pairs.next());
      if (pair.size() != 2) {
        throw TemplateException.value("not enough values to unpack (expected 2, got %d)".formatted(pair.size()));
      }
      out.template(out.length() > 0 ? "&" : "");
      out.append(queryQuoted(pair.get(0), b.budget())).template("=");
      out.append(queryQuoted(pair.get(1), b.budget()));
    }
    return out.build();
  }

  private static Text queryQuoted(Value value, Budget budget) {
    Text quoted = quoted(Repr.string(value, budget), "", budget);
    return TextSearch.replaced(quoted, Text.template("%20"), Text.template("+"), -1, budget);
  }

  private static Text quoted(Text text, String safe, Budget budget) {
    var out = new TextBuilder(budget);
    String chars = text.chars();
    for (int i = 0; i < chars.length(); ) {
      int c = chars.codePointAt(i);
      int next = i + Character.charCount(c);
      if (c < 128 && (Character.isLetterOrDigit(c) || UNQUOTED.indexOf(c) >= 0 || safe.indexOf(c) >= 0)) {
        out.append(text, i, next);
      } else {
        for (byte octet : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
          out.like(text, i, "%%%02X".formatted(octet & 0xff));
        }
      }
      i = next;
    }
    return out.build();
  }
}
