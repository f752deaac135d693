package io.gatun.text.template;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Python's float.
 *
 * @param value may be infinite or not a number
 */
record Real(double value) implements Value {

  @Override
  public String type() {
    return "float";
  }

  @Override
  public boolean truth() {
    return value != 0;
  }

  @Override
  public @Nullable Value attribute(String name) {
    return NumberMethods.find(this, name);
  }

  @Override
  public void repr(Repr out) {
    out.text().template(Numbers.shortest(value));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Value number && Numbers.isNumber(number) && Numbers.compare(this, number) == Numbers.EQUAL;
  }

  @Override
  public int hashCode() {
    return value == Math.rint(value) && !Double.isInfinite(value)
        ? Numbers.hash(new BigDecimal(value).toBigInteger())
        : Double.hashCode(value);
  }
}
