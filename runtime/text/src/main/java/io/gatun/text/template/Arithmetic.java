package io.gatun.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's operators on numbers, texts and sequences. */
final class Arithmetic {
  /** Integers of more bits are refused: the limit on how long numbers get. */
  private static final int MAX_BITS = 1 << 16;

  private static final MathContext QUOTIENT = new MathContext(60, RoundingMode.HALF_EVEN);

  private Arithmetic() {}

  static Value apply(BinaryOperator operator, Value left, Value right, Budget budget) {
    requireDefined(left);
    Value result =
        switch (operator) {
          case MOD -> left instanceof Text format ? PercentFormat.apply(format, right, budget) : null;
          case ADD -> joined(left, right, budget);
          case MUL -> repeated(left, right, budget);
          case SUB, DIV, FLOOR_DIV, POW -> null;
        };
    if (result != null) {
      return result;
    }
    requireDefined(right);
    if (!Numbers.isNumber(left) || !Numbers.isNumber(right)) {
      throw TemplateException.type(
          "unsupported operand type(s) for %s: '%s' and '%s'".formatted(operator.symbol(), left.type(), right.type()));
    }
    return left instanceof Real || right instanceof Real || operator == BinaryOperator.DIV
        ? real(operator, left, right)
        : integer(operator, Numbers.integer(left), Numbers.integer(right));
  }

  private static void requireDefined(Value value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
  }

  private static @Nullable Value joined(Value left, Value right, Budget budget) {
    requireDefined(right);
    if (left instanceof Text a && right instanceof Text b) {
      return Markup.joined(a, b, budget);
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return new ListValue(concatenated(a.items(), b.items(), budget));
    }
    if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return new TupleValue(concatenated(a.items(), b.items(), budget));
    }
    if (left instanceof Text || left instanceof ListValue || left instanceof TupleValue) {
      throw TemplateException.type(
          "can only concatenate %1$s (not \"%2$s\") to %1$s".formatted(left.type(), right.type()));
    }
    return null;
  }

  private static List<Value> concatenated(List<Value> a, List<Value> b, Budget budget) {
    budget.items((long) a.size() + b.size());
    var items = new ArrayList<Value>(a.size() + b.size());
    items.addAll(a);
    items.addAll(b);
    return items;
  }

  private static @Nullable Value repeated(Value left, Value right, Budget budget) {
    requireDefined(right);
    if (isSequence(right) && Numbers.isInteger(left)) {
      return repeated(right, left, budget);
    }
    if (!isSequence(left)) {
      return null;
    }
    if (!Numbers.isInteger(right)) {
      throw TemplateException.type("can't multiply sequence by non-int of type '%s'".formatted(right.type()));
    }
    long times = Math.max(0, Numbers.clamped(Numbers.integer(right)));
    return switch (left) {
      case Text text -> new TextBuilder(budget).repeat(text, times).build().asMarkup(text.isMarkup());
      case ListValue list -> new ListValue(repeated(list.items(), times, budget));
      case TupleValue tuple -> new TupleValue(repeated(tuple.items(), times, budget));
      default -> throw new AssertionError(left.type());
    };
  }

  private static boolean isSequence(Value value) {
    return value instanceof Text || value instanceof ListValue || value instanceof TupleValue;
  }

  private static List<Value> repeated(List<Value> items, long times, Budget budget) {
    budget.items(items.size() * times);
    var all = new ArrayList<Value>();
    for (long i = 0; i < times && !items.isEmpty(); i++) {
      all.addAll(items);
    }
    return all;
  }

  private static Value integer(BinaryOperator operator, BigInteger a, BigInteger b) {
    return switch (operator) {
      case ADD -> bounded(a.add(b));
      case SUB -> bounded(a.subtract(b));
      case MUL -> bounded(a.multiply(b));
      case FLOOR_DIV -> new Int(floor(a, b)[0]);
      case MOD -> new Int(floor(a, b)[1]);
      case POW -> power(a, b);
      case DIV -> throw new AssertionError("division is real");
    };
  }

  private static Int bounded(BigInteger value) {
    if (value.bitLength() > MAX_BITS) {
      throw TemplateException.limit("an integer of more than %d bits".formatted(MAX_BITS));
    }
    return new Int(value);
  }

  /** The quotient rounded down, and the rest, which has the divisor's sign. */
  static BigInteger[] floor(BigInteger a, BigInteger b) {
    if (b.signum() == 0) {
      throw TemplateException.of("ZeroDivisionError", "integer division or modulo by zero");
    }
    BigInteger[] parts = a.divideAndRemainder(b);
    if (parts[1].signum() != 0 && parts[1].signum() != b.signum()) {
      parts[0] = parts[0].subtract(BigInteger.ONE);
      parts[1] = parts[1].add(b);
    }
    return parts;
  }

  private static Value power(BigInteger base, BigInteger exponent) {
    if (exponent.signum() < 0) {
      return power(Numbers.real(base), Numbers.real(exponent));
    }
    if (base.bitLength() > 1 && exponent.multiply(BigInteger.valueOf(base.bitLength() - 1L)).bitLength() > 17) {
      throw TemplateException.limit("an integer of more than %d bits".formatted(MAX_BITS));
    }
    if (base.bitLength() <= 1 && exponent.bitLength() > 17) { // 0, 1, -1, -2
      boolean huge = base.equals(BigInteger.TWO.negate());
      if (huge) {
        throw TemplateException.limit("an integer of more than %d bits".formatted(MAX_BITS));
      }
      return new Int(exponent.testBit(0) ? base : base.abs());
    }
    return bounded(base.pow(exponent.intValueExact()));
  }

  private static Value real(BinaryOperator operator, Value left, Value right) {
    if (operator == BinaryOperator.DIV && Numbers.isInteger(left) && Numbers.isInteger(right)) {
      return quotient(Numbers.integer(left), Numbers.integer(right));
    }
    double a = Numbers.real(left);
    double b = Numbers.real(right);
    return switch (operator) {
      case ADD -> new Real(a + b);
      case SUB -> new Real(a - b);
      case MUL -> new Real(a * b);
      case DIV -> new Real(a / nonZero(b, "float division by zero"));
      case FLOOR_DIV -> new Real(floorDivide(a, nonZero(b, "float floor division by zero")));
      case MOD -> new Real(modulo(a, nonZero(b, "float modulo")));
      case POW -> power(a, b);
    };
  }

  private static double nonZero(double divisor, String message) {
    if (divisor == 0) {
      throw TemplateException.of("ZeroDivisionError", message);
    }
    return divisor;
  }

  private static Value quotient(BigInteger a, BigInteger b) {
    if (b.signum() == 0) {
      throw TemplateException.of("ZeroDivisionError", "division by zero");
    }
    if (a.bitLength() <= 53 && b.bitLength() <= 53) {
      return new Real(a.doubleValue() / b.doubleValue());
    }
    double quotient = new BigDecimal(a).divide(new BigDecimal(b), QUOTIENT).doubleValue();
    if (Double.isInfinite(quotient)) {
      throw TemplateException.of("OverflowError", "integer division result too large for a float");
    }
    return new Real(quotient);
  }

  private static double modulo(double a, double b) {
    double rest = a % b;
    if (rest == 0) {
      return Math.copySign(0, b);
    }
    return (rest < 0) != (b < 0) ? rest + b : rest;
  }

  private static double floorDivide(double a, double b) {
    double rest = a % b;
    double quotient = (a - rest) / b;
    if (rest != 0 && (rest < 0) != (b < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  private static Value power(double base, double exponent) {
    if (base == 0 && exponent < 0) {
      throw TemplateException.of("ZeroDivisionError", "0.0 cannot be raised to a negative power");
    }
    if (base < 0 && Double.isFinite(base) && Double.isFinite(exponent) && exponent != Math.rint(exponent)) {
      throw TemplateException.type("complex numbers are not supported");
    }
    if (base == 1 || (base == -1 && Double.isInfinite(exponent))) {
      return new Real(1);
    }
    double power = Math.pow(base, exponent);
    if (Double.isInfinite(power) && Double.isFinite(base) && Double.isFinite(exponent)) {
      throw TemplateException.of("OverflowError", "(34, 'Numerical result out of range')");
    }
    return new Real(power);
  }

  static Value negated(Value value) {
    return switch (value) {
      case Undefined undefined -> throw undefined.error();
      case Real real -> new Real(-real.value());
      case Int _, Bool _ -> new Int(Numbers.integer(value).negate());
      default -> throw TemplateException.type("bad operand type for unary -: '%s'".formatted(value.type()));
    };
  }

  static Value positive(Value value) {
    return switch (value) {
      case Undefined undefined -> throw undefined.error();
      case Real real -> real;
      case Int _, Bool _ -> new Int(Numbers.integer(value));
      default -> throw TemplateException.type("bad operand type for unary +: '%s'".formatted(value.type()));
    };
  }
}
