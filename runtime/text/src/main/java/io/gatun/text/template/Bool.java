package io.gatun.text.template;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Python's bool, which is an integer too. */
final class Bool implements Value {
  static final Bool FALSE = new Bool(false);
  static final Bool TRUE = new Bool(true);

  private final boolean value;

  private Bool(boolean value) {
    this.value = value;
  }

  static Bool of(boolean value) {
    return value ? TRUE : FALSE;
  }

  @Override
  public String type() {
    return "bool";
  }

  @Override
  public boolean truth() {
    return value;
  }

  @Override
  public @Nullable Value attribute(String name) {
    return NumberMethods.find(this, name);
  }

  @Override
  public void repr(Repr out) {
    out.text().template(value ? "True" : "False");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Value number && Numbers.isNumber(number) && Numbers.compare(this, number) == Numbers.EQUAL;
  }

  @Override
  public int hashCode() {
    return Numbers.hash(value ? BigInteger.ONE : BigInteger.ZERO);
  }
}
