package io.gatun.text.template;

/** An operator that compares. */
enum Comparison {
  EQ("=="),
  NE("!="),
  LT("<"),
  LE("<="),
  GT(">"),
  GE(">="),
  IN("in"),
  NOT_IN("not in");

  private final String symbol;

  Comparison(String symbol) {
    this.symbol = symbol;
  }

  String symbol() {
    return symbol;
  }

  boolean holds(Value left, Value right, Budget budget) {
    if (this != IN && this != NOT_IN) {
      budget.steps(Math.min(left.weight(), right.weight()));
    }
    return switch (this) {
      case EQ -> left.equals(right);
      case NE -> !left.equals(right);
      case LT -> Ordering.compare(left, right, symbol) == Numbers.LESS;
      case GT -> Ordering.compare(left, right, symbol) == Numbers.GREATER;
      case LE -> isOneOf(Ordering.compare(left, right, symbol), Numbers.LESS);
      case GE -> isOneOf(Ordering.compare(left, right, symbol), Numbers.GREATER);
      case IN -> right.contains(left, budget);
      case NOT_IN -> !right.contains(left, budget);
    };
  }

  private static boolean isOneOf(int order, int other) {
    return order == Numbers.EQUAL || order == other;
  }
}
