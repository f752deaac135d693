package io.gatun.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a template is rendered with into values.
 *
 * @param budget that bounds how deep it may be
 * @param message whether its strings are a message's
 */
record Import(Budget budget, boolean message) {
  /** What templates build control tokens of, such as {@code <|user|>}. Whoever calls chooses it, not who is quoted. */
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "model", "tool", "function", "ipython");

  /** @throws IllegalArgumentException if it is of a kind that there is no value for */
  Value value(@Nullable Object object) {
    return switch (object) {
      case null -> None.NONE;
      case Boolean bool -> Bool.of(bool);
      case String text -> message ? Text.message(text) : Text.template(text);
      case Integer _, Long _, Short _, Byte _ -> Int.of(((Number) object).longValue());
      case BigInteger integer -> new Int(integer);
      case Double _, Float _ -> new Real(((Number) object).doubleValue());
      case BigDecimal decimal -> new Real(decimal.doubleValue());
      case List<?> list -> list(list);
      case Map<?, ?> map -> map(map);
      default ->
          throw new IllegalArgumentException(
              "a template variable of %s: expected what JSON can say".formatted(object.getClass()));
    };
  }

  private Value list(List<?> list) {
    budget.enter();
    var items = new ArrayList<Value>(list.size());
    list.forEach(item -> items.add(value(item)));
    budget.leave();
    return new ListValue(items);
  }

  private Value map(Map<?, ?> map) {
    budget.enter();
    var entries = new LinkedHashMap<Value, Value>();
    map.forEach((key, value) -> entries.put(value(key), entry(key, value)));
    budget.leave();
    return new DictValue(entries);
  }

  private Value entry(@Nullable Object key, @Nullable Object value) {
    boolean role = "role".equals(key) && value instanceof String name && ROLES.contains(name);
    return role ? Text.template(String.valueOf(value)) : value(value);
  }
}
