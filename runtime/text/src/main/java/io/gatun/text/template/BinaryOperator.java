package io.gatun.text.template;

/** An operator between two operands that computes both. */
enum BinaryOperator {
  ADD("+"),
  SUB("-"),
  MUL("*"),
  DIV("/"),
  FLOOR_DIV("//"),
  MOD("%"),
  POW("** or pow()");

  private final String symbol;

  BinaryOperator(String symbol) {
    this.symbol = symbol;
  }

  /** As Python's messages have it. */
  String symbol() {
    return symbol;
  }
}
