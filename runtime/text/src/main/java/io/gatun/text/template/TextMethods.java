package io.gatun.text.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The methods of Python's str. */
final class TextMethods {
  private static final Map<String, Builtin> METHODS = methods();

  private TextMethods() {}

  static @Nullable Value find(Text text, String name) {
    return Method.find(METHODS, text, name);
  }

  private static Map<String, Builtin> methods() {
    var table = new Builtin.Table().addAll(TextSearch.METHODS).addAll(TextLayout.METHODS);
    cases(table);
    kinds(table);
    table
        .add("join", b -> join(b.text(0), b.list(1), b), "self", "iterable", "/")
        .add("format", b -> BraceFormat.apply(b.text(0), b.rest(), b.keywords(), b.renderer()), "self", "/", "*", "**")
        .add("format_map", TextMethods::formatMap, "self", "mapping", "/")
        .add("translate", TextMethods::translate, "self", "table", "/");
    return table.build();
  }

  private static void cases(Builtin.Table table) {
    mapping(table, "upper", TextMethods::upper);
    mapping(table, "lower", TextMethods::lower);
    mapping(table, "casefold", s -> upper(s).toLowerCase(Locale.ROOT));
    mapping(table, "capitalize", TextMethods::capitalize);
    mapping(table, "title", TextMethods::title);
    mapping(table, "swapcase", TextMethods::swapcase);
  }

  private static void mapping(Builtin.Table table, String name, UnaryOperator<String> mapping) {
    table.add(name, b -> b.text(0).map(mapping), "self", "/");
  }

  private static void kinds(Builtin.Table table) {
    kind(table, "isspace", Chars::isSpace);
    kind(table, "isalpha", Chars::isAlpha);
    kind(table, "isalnum", Chars::isAlphanumeric);
    kind(table, "isdecimal", Chars::isDecimal);
    kind(table, "isdigit", Chars::isDigit);
    kind(table, "isnumeric", Chars::isNumeric);
    test(table, "isascii", s -> s.codePoints().allMatch(c -> c < 128));
    test(table, "isprintable", s -> s.codePoints().allMatch(Chars::isPrintable));
    test(table, "islower", s -> isLower(s));
    test(table, "isupper", s -> isUpper(s));
    test(table, "istitle", s -> s.codePoints().anyMatch(Chars::isCased) && s.equals(title(s)));
    test(table, "isidentifier", TextMethods::isIdentifier);
  }

  private static void kind(Builtin.Table table, String name, IntPredicate kind) {
    test(table, name, s -> !s.isEmpty() && s.codePoints().allMatch(kind));
  }

  private static void test(Builtin.Table table, String name, java.util.function.Predicate<String> test) {
    table.add(name, b -> Bool.of(test.test(b.text(0).chars())), "self", "/");
  }

  static String upper(String s) {
    return s.toUpperCase(Locale.ROOT);
  }

  static String lower(String s) {
    return s.toLowerCase(Locale.ROOT);
  }

  static boolean isLower(String s) {
    return s.codePoints().anyMatch(Character::isLowerCase)
        && s.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  static boolean isUpper(String s) {
    return s.codePoints().anyMatch(Character::isUpperCase)
        && s.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isIdentifier(String s) {
    return !s.isEmpty()
        && Chars.startsName(s.codePointAt(0))
        && s.codePoints().skip(1).allMatch(Chars::continuesName);
  }

  static String capitalize(String s) {
    if (s.isEmpty()) {
      return s;
    }
    int first = s.offsetByCodePoints(0, 1);
    return titled(s.substring(0, first)) + lower(s).substring(lower(s.substring(0, first)).length());
  }

  private static String titled(String letter) {
    String upper = upper(letter);
    int title = Character.toTitleCase(letter.codePointAt(0));
    return upper.codePointCount(0, upper.length()) == 1
        ? Character.toString(title)
        : upper.substring(0, 1) + lower(upper.substring(1));
  }

  private static String title(String s) {
    String lower = lower(s);
    boolean sameLength = lower.length() == s.length();
    var out = new StringBuilder();
    boolean within = false;
    for (int i = 0; i < s.length(); ) {
      int next = s.offsetByCodePoints(i, 1);
      String letter = s.substring(i, next);
      String small = sameLength ? lower.substring(i, next) : lower(letter);
      out.append(within ? small : titled(letter));
      within = Chars.isCased(s.codePointAt(i));
      i = next;
    }
    return out.toString();
  }

  private static String swapcase(String s) {
    var out = new StringBuilder();
    s.codePoints()
        .forEach(
            c -> {
              String letter = Character.toString(c);
              out.append(
                  Character.isUpperCase(c) ? lower(letter) : Character.isLowerCase(c) ? upper(letter) : letter);
            });
    return out.toString();
  }

  /** {@code separator.join(items)}: the items must be strings. */
  private static Value join(Text separator, List<Value> items, Bound b) {
    var out = new TextBuilder(b.budget());
    for (int i = 0; i < items.size(); i++) {
      Value item = items.get(i);
      if (!(item instanceof Text) && !separator.isMarkup()) {
        throw TemplateException.type(
            "sequence item %d: expected str instance, %s found".formatted(i, item.type()));
      }
      if (i > 0) {
        out.append(separator);
      }
      out.append(separator.isMarkup() ? Markup.escaped(item, b.budget()) : (Text) item);
    }
    return out.build().asMarkup(separator.isMarkup());
  }

  private static Value formatMap(Bound b) {
    if (!(b.get(1) instanceof DictValue dict)) {
      throw TemplateException.type("format_map() takes a dict, not %s".formatted(b.get(1).type()));
    }
    var names = new java.util.LinkedHashMap<String, Value>();
    dict.entries().forEach((key, value) -> names.put(key instanceof Text name ? name.chars() : "", value));
    return BraceFormat.apply(b.text(0), List.of(), names, b.renderer());
  }

  private static Value translate(Bound b) {
    Text self = b.text(0);
    var out = new TextBuilder(b.budget());
    String chars = self.chars();
    for (int i = 0; i < chars.length(); ) {
      int c = chars.codePointAt(i);
      int next = i + Character.charCount(c);
      Value replacement = b.get(1).item(Int.of(c), b.budget());
      if (replacement == null) {
        out.append(self, i, next);
      } else if (replacement instanceof Text text) {
        out.append(text);
      } else if (replacement != None.NONE) {
        out.like(self, i, Numbers.character(Numbers.integer(replacement)));
      }
      i = next;
    }
    return out.build().asMarkup(self.isMarkup());
  }
}
