package io.gatun.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Filters of numbers. */
final class NumberFilters {
  private static final String[] PREFIXES = {"k", "M", "G", "T", "P", "E", "Z", "Y"};

  private NumberFilters() {}

  static Map<String, Builtin> filters() {
    return new Builtin.Table()
        .add("int", NumberFilters::integer, "value", "default?", "base?")
        .add("float", NumberFilters::real, "value", "default?")
        .add("abs", b -> absolute(b.get(0)), "x", "/")
        .add("round", NumberFilters::round, "value", "precision?", "method?")
        .add("filesizeformat", NumberFilters::fileSize, "value", "binary?")
        .build();
  }

  private static Value integer(Bound b) {
    Value value = b.get(0);
    return switch (value) {
      case Undefined undefined -> throw undefined.error();
      case Int _, Bool _ -> new Int(Numbers.integer(value));
      case Real real ->
          Double.isNaN(real.value()) ? b.get(1, Int.of(0)) : new Int(Decimals.truncated(real.value()));
      case Text text -> {
        Optional<BigInteger> read = Numbers.readInteger(text.chars(), base(b));
        Optional<BigInteger> cut =
            read.or(() -> Numbers.readReal(text.chars()).filter(Double::isFinite).map(Decimals::truncated));
        yield cut.<Value>map(Int::new).orElseGet(() -> b.get(1, Int.of(0)));
      }
      default -> b.get(1, Int.of(0));
    };
  }

  private static int base(Bound b) {
    long base = b.integer(2, 10);
    return base == 0 || (base >= 2 && base <= 36) ? (int) base : 10;
  }

  private static Value real(Bound b) {
    Value value = b.get(0);
    return switch (value) {
      case Undefined undefined -> throw undefined.error();
      case Int _, Bool _, Real _ -> new Real(Numbers.real(value));
      case Text text -> Numbers.readReal(text.chars()).<Value>map(Real::new).orElseGet(() -> b.get(1, new Real(0)));
      default -> b.get(1, new Real(0));
    };
  }

  private static Value absolute(Value value) {
    return switch (value) {
      case Real real -> new Real(Math.abs(real.value()));
      case Int _, Bool _ -> new Int(Numbers.integer(value).abs());
      default -> throw TemplateException.type("bad operand type for abs(): '%s'".formatted(value.type()));
    };
  }

  private static Value round(Bound b) {
    Value value = b.get(0);
    String method = b.has(2) ? b.text(2).chars() : "common";
    if (!method.equals("common") && !method.equals("ceil") && !method.equals("floor")) {
      throw TemplateException.of("FilterArgumentError", "method must be common, ceil or floor");
    }
    if (!Numbers.isNumber(value)) {
      throw value instanceof Undefined undefined
          ? undefined.error()
          : TemplateException.type("type %s doesn't define __round__ method".formatted(value.type()));
    }
    boolean whole = method.equals("common") && b.has(1) && b.get(1) == None.NONE;
    int precision = whole ? 0 : Math.clamp(b.integer(1, 0), -400, 400);
    if (whole && value instanceof Real real) {
      return new Int(Decimals.truncated(Math.rint(real.value())));
    }
    if (method.equals("common")) {
      return value instanceof Real real ? rounded(real.value(), precision) : rounded(Numbers.integer(value), precision);
    }
    Value power = Arithmetic.apply(BinaryOperator.POW, Int.of(10), Int.of(precision), b.budget());
    Value scaled = Arithmetic.apply(BinaryOperator.MUL, value, power, b.budget());
    Value rounded = new Int(whole(scaled, method.equals("ceil")));
    return Arithmetic.apply(BinaryOperator.DIV, rounded, power, b.budget());
  }

  private static BigInteger whole(Value value, boolean up) {
    if (!(value instanceof Real real)) {
      return Numbers.integer(value);
    }
    return Decimals.truncated(up ? Math.ceil(real.value()) : Math.floor(real.value()));
  }

  /** To the nearest, and to the even one of two. */
  private static Value rounded(double value, int precision) {
    if (!Double.isFinite(value)) {
      return new Real(value);
    }
    double rounded = new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
    return new Real(rounded == 0 ? Math.copySign(0, value) : rounded);
  }

  private static Value rounded(BigInteger value, int precision) {
    return precision >= 0
        ? new Int(value)
        : new Int(new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).toBigInteger());
  }

  private static Value fileSize(Bound b) {
    Value value = b.get(0);
    double bytes =
        value instanceof Text text
            ? Numbers.readReal(text.chars())
                .orElseThrow(() -> TemplateException.value("could not convert string to float: '" + text.chars() + "'"))
            : Numbers.real(value);
    boolean binary = b.truth(1, false);
    double base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return Text.template("1 Byte");
    }
    if (bytes < base) {
      return Text.template(Decimals.truncated(bytes) + " Bytes");
    }
    double unit = base * base;
    int prefix = 0;
    while (prefix < PREFIXES.length - 1 && bytes >= unit) {
      unit *= base;
      prefix++;
    }
    String name = binary ? PREFIXES[prefix].toUpperCase(Locale.ROOT) + "iB" : PREFIXES[prefix] + "B";
    return Text.template(Decimals.real(base * bytes / unit, 'f', 1, false) + " " + name);
  }
}
