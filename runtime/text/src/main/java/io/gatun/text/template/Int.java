package io.gatun.text.template;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Python's int.
 *
 * @param value of any size
 */
record Int(BigInteger value) implements Value {

  static Int of(long value) {
    return new Int(BigInteger.valueOf(value));
  }

  @Override
  public String type() {
    return "int";
  }

  @Override
  public boolean truth() {
    return value.signum() != 0;
  }

  @Override
  public @Nullable Value attribute(String name) {
    return NumberMethods.find(this, name);
  }

  @Override
  public void repr(Repr out) {
    out.text().template(Numbers.decimal(value));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Value number && Numbers.isNumber(number) && Numbers.compare(this, number) == Numbers.EQUAL;
  }

  @Override
  public int hashCode() {
    return Numbers.hash(value);
  }
}
