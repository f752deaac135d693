package io.gatun.text.template;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What can stand behind {@code is}. */
final class Tests {
  private static final Map<String, Builtin> TESTS = tests();

  private Tests() {}

  static @Nullable Builtin find(String name) {
    return TESTS.get(name);
  }

  static String unknown(String name) {
    return "No test named '%s'.".formatted(name);
  }

  private static Map<String, Builtin> tests() {
    var table = new Builtin.Table();
    kinds(table);
    comparisons(table);
    numbers(table);
    table
        .add("filter", b -> Bool.of(Filters.find(name(b)) != null), "name", "/")
        .add("test", b -> Bool.of(find(name(b)) != null), "name", "/")
        .add("sameas", b -> Bool.of(isSame(b.get(0), b.get(1))), "value", "other")
        .add("in", b -> Bool.of(b.get(1).contains(b.get(0), b.budget())), "value", "seq")
        .add("lower", b -> Bool.of(TextMethods.isLower(Repr.string(b.get(0), b.budget()).chars())), "value", "/")
        .add("upper", b -> Bool.of(TextMethods.isUpper(Repr.string(b.get(0), b.budget()).chars())), "value", "/");
    return table.build();
  }

  private static String name(Bound b) {
    DictValue.requireHashable(b.get(0));
    return b.get(0) instanceof Text name ? name.chars() : "";
  }

  private static void kind(Builtin.Table table, String name, Predicate<Value> kind) {
    table.add(name, b -> Bool.of(kind.test(b.get(0))), "value");
  }

  private static void kinds(Builtin.Table table) {
    kind(table, "defined", value -> !(value instanceof Undefined));
    kind(table, "undefined", value -> value instanceof Undefined);
    kind(table, "none", value -> value == None.NONE);
    kind(table, "boolean", value -> value instanceof Bool);
    kind(table, "true", value -> value instanceof Bool bool && bool.truth());
    kind(table, "false", value -> value instanceof Bool bool && !bool.truth());
    kind(table, "integer", value -> value instanceof Int);
    kind(table, "float", value -> value instanceof Real);
    kind(table, "number", Numbers::isNumber);
    kind(table, "string", value -> value instanceof Text);
    kind(table, "mapping", value -> value instanceof DictValue);
    kind(table, "sequence", value -> value.isSized() && value.isSubscriptable());
    kind(table, "iterable", Value::isIterable);
    kind(table, "callable", value -> value instanceof Callable || value instanceof Undefined);
    kind(table, "escaped", value -> value instanceof Text text && text.isMarkup());
  }

  private static void comparisons(Builtin.Table table) {
    Map<Comparison, List<String>> names =
        Map.of(
            Comparison.EQ, List.of("==", "eq", "equalto"),
            Comparison.NE, List.of("!=", "ne"),
            Comparison.GT, List.of(">", "gt", "greaterthan"),
            Comparison.GE, List.of(">=", "ge"),
            Comparison.LT, List.of("<", "lt", "lessthan"),
            Comparison.LE, List.of("<=", "le"));
    names.forEach(
        (comparison, spellings) ->
            spellings.forEach(
                name ->
                    table.add(
                        name, b -> Bool.of(comparison.holds(b.get(0), b.get(1), b.budget())), "value", "other", "/")));
  }

  private static void numbers(Builtin.Table table) {
    table
        .add("odd", b -> Bool.of(remainder(b, b.get(0), Int.of(2)).equals(Int.of(1))), "value")
        .add("even", b -> Bool.of(remainder(b, b.get(0), Int.of(2)).equals(Int.of(0))), "value")
        .add("divisibleby", b -> Bool.of(remainder(b, b.get(0), b.get(1)).equals(Int.of(0))), "value", "num");
  }

  private static Value remainder(Bound b, Value value, Value divisor) {
    return Arithmetic.apply(BinaryOperator.MOD, value, divisor, b.budget());
  }

  /** {@code is}: small numbers and single characters exist once in Python. */
  @SuppressWarnings("ReferenceEquality") // what the test is about
  private static boolean isSame(Value a, Value b) {
    return a == b
        || (a instanceof Int i && b instanceof Int j && i.equals(j) && i.value().bitLength() <= 8)
        || (a instanceof Text s && b instanceof Text t && s.equals(t) && s.length() <= 1);
  }
}
