package io.gatun.text.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Attributes and methods of numbers. */
final class NumberMethods {
  private static final Map<String, Builtin> OF_INTEGERS =
      new Builtin.Table()
          .add("bit_length", b -> Int.of(Numbers.integer(b.get(0)).abs().bitLength()), "self", "/")
          .add("bit_count", b -> Int.of(Numbers.integer(b.get(0)).abs().bitCount()), "self", "/")
          .add("conjugate", b -> Arithmetic.positive(b.get(0)), "self", "/")
          .add("as_integer_ratio", b -> new TupleValue(List.of(Arithmetic.positive(b.get(0)), Int.of(1))), "self", "/")
          .build();

  private static final Map<String, Builtin> OF_REALS =
      new Builtin.Table()
          .add("is_integer", b -> Bool.of(isWhole(Numbers.real(b.get(0)))), "self", "/")
          .add("conjugate", b -> b.get(0), "self", "/")
          .build();

  private static final Set<String> PARTS = Set.of("real", "imag", "numerator", "denominator");

  private NumberMethods() {}

  static @Nullable Value find(Value number, String name) {
    boolean real = number instanceof Real;
    if (PARTS.contains(name)) {
      return part(number, name);
    }
    return Method.find(real ? OF_REALS : OF_INTEGERS, number, name);
  }

  private static @Nullable Value part(Value number, String name) {
    boolean real = number instanceof Real;
    return switch (name) {
      case "real" -> Arithmetic.positive(number);
      case "imag" -> real ? new Real(0) : new Int(BigInteger.ZERO);
      case "numerator" -> real ? null : Arithmetic.positive(number);
      default -> real ? null : new Int(BigInteger.ONE);
    };
  }

  private static boolean isWhole(double value) {
    return Double.isFinite(value) && value == Math.rint(value);
  }
}
