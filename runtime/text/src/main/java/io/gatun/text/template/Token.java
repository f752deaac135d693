package io.gatun.text.template;

/**
 * A token of a template.
 *
 * @param kind what it is
 * @param text a name, an operator, a string's value, or the template's data
 * @param value of a literal, None otherwise
 * @param at where it begins
 */
record Token(Kind kind, String text, Value value, Position at) {

  /** Kinds of tokens. */
  enum Kind {
    DATA("template data / text"),
    VARIABLE_BEGIN("begin of print statement"),
    VARIABLE_END("end of print statement"),
    BLOCK_BEGIN("begin of statement block"),
    BLOCK_END("end of statement block"),
    NAME("name"),
    STRING("string"),
    NUMBER("number"),
    OPERATOR("operator"),
    END("end of template");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  /** As messages call it. */
  String describe() {
    return kind == Kind.NAME || kind == Kind.OPERATOR ? text : kind.words;
  }
}
