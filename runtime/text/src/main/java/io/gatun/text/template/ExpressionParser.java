package io.gatun.text.template;

import io.gatun.text.template.Expression.CallArguments;
import io.gatun.text.template.Expression.Name;
import io.gatun.text.template.Expression.Target;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses expressions, each kind of operator by a method, from those that bind least to those that bind most. */
final class ExpressionParser {
  /** Of expressions in each other; Python's own parser allows about as much. */
  private static final int MAX_DEPTH = 200;

  /** Of parentheses and the like in each other; Jinja's parser runs out of stack at fewer. */
  private static final int MAX_NESTING = 100;

  private static final Map<String, Comparison> COMPARISONS =
      Map.of(
          "==", Comparison.EQ,
          "!=", Comparison.NE,
          "<", Comparison.LT,
          "<=", Comparison.LE,
          ">", Comparison.GT,
          ">=", Comparison.GE);
  private static final Map<String, BinaryOperator> SUMS = Map.of("+", BinaryOperator.ADD, "-", BinaryOperator.SUB);
  private static final Map<String, BinaryOperator> PRODUCTS =
      Map.of(
          "*", BinaryOperator.MUL,
          "/", BinaryOperator.DIV,
          "//", BinaryOperator.FLOOR_DIV,
          "%", BinaryOperator.MOD);

  private final TokenStream tokens;
  private final IdentityHashMap<Expression, Integer> depths = new IdentityHashMap<>();
  private int nesting;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** An operand parser, and where its expression must not be followed by {@code if}. */
  private interface Rule {
    Expression parse();
  }

  private <E extends Expression> E checked(E expression) {
    int depth = 0;
    for (Expression child : expression.children()) {
      depth = Math.max(depth, depths.getOrDefault(child, 0));
    }
    if (depth >= MAX_DEPTH) {
      throw tooDeep(MAX_DEPTH);
    }
    depths.put(expression, depth + 1);
    return expression;
  }

  private TemplateException tooDeep(int limit) {
    return TemplateException.limit("expressions nested more than %d deep".formatted(limit)).at(position());
  }

  private Position position() {
    return tokens.current().at();
  }

  /** A whole expression. */
  Expression expression() {
    if (++nesting > MAX_NESTING) {
      throw tooDeep(MAX_NESTING);
    }
    Position at = position();
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression test = or();
      Expression otherwise = tokens.skipName("else") ? expression() : null;
      value = checked(new Expression.Conditional(test, value, otherwise, at));
    }
    nesting--;
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (tokens.isName("or")) {
      Position at = tokens.next().at();
      left = checked(new Expression.Logical(false, left, and(), at));
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.isName("and")) {
      Position at = tokens.next().at();
      left = checked(new Expression.Logical(true, left, not(), at));
    }
    return left;
  }

  private Expression not() {
    if (!tokens.isName("not")) {
      return compare();
    }
    Position at = tokens.next().at();
    if (++nesting > MAX_NESTING) {
      throw tooDeep(MAX_NESTING);
    }
    Expression operand = not();
    nesting--;
    return checked(new Expression.Not(operand, at));
  }

  private Expression compare() {
    Position at = position();
    Expression first = sum();
    var operators = new ArrayList<Comparison>();
    var others = new ArrayList<Expression>();
    for (Comparison operator = comparison(); operator != null; operator = comparison()) {
      operators.add(operator);
      others.add(sum());
    }
    return operators.isEmpty() ? first : checked(new Expression.Compare(first, operators, others, at));
  }

  private @Nullable Comparison comparison() {
    Token token = tokens.current();
    if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.containsKey(token.text())) {
      tokens.next();
      return COMPARISONS.get(token.text());
    }
    if (tokens.skipName("in")) {
      return Comparison.IN;
    }
    if (token.isName("not") && tokens.ahead().isName("in")) {
      tokens.next();
      tokens.next();
      return Comparison.NOT_IN;
    }
    return null;
  }

  private Expression sum() {
    return binary(SUMS, this::concat);
  }

  private Expression concat() {
    Position at = position();
    var parts = new ArrayList<Expression>();
    parts.add(product());
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.getFirst() : checked(new Expression.Concat(List.copyOf(parts), at));
  }

  private Expression product() {
    return binary(PRODUCTS, this::power);
  }

  private Expression power() {
    return binary(Map.of("**", BinaryOperator.POW), () -> unary(true));
  }

  private Expression binary(Map<String, BinaryOperator> operators, Rule operand) {
    Expression left = operand.parse();
    while (tokens.is(Token.Kind.OPERATOR)) {
      BinaryOperator operator = operators.get(tokens.current().text());
      if (operator == null) {
        break;
      }
      Position at = tokens.next().at();
      left = checked(new Expression.Binary(operator, left, operand.parse(), at));
    }
    return left;
  }

  private Expression unary(boolean filtered) {
    Position at = position();
    boolean negative = tokens.isOperator("-");
    Expression value;
    if (negative || tokens.isOperator("+")) {
      tokens.next();
      if (++nesting > MAX_NESTING) {
        throw tooDeep(MAX_NESTING);
      }
      value = checked(new Expression.Signed(negative, unary(false), at));
      nesting--;
    } else {
      value = primary();
    }
    value = postfix(value);
    return filtered ? filtersAndTests(value) : value;
  }

  private Expression primary() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case NAME -> name(tokens.next());
      case STRING -> string();
      case NUMBER -> checked(new Expression.Constant(tokens.next().value(), token.at()));
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> parentheses();
            case "[" -> list();
            case "{" -> dict();
            default -> throw tokens.error("unexpected '%s'".formatted(token.describe()));
          };
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
          throw tokens.error("unexpected '%s'".formatted(token.describe()));
    };
  }

  private Expression name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> checked(new Expression.Constant(Bool.TRUE, token.at()));
      case "false", "False" -> checked(new Expression.Constant(Bool.FALSE, token.at()));
      case "none", "None" -> checked(new Expression.Constant(None.NONE, token.at()));
      default -> checked(new Name(token.text(), token.at()));
    };
  }

  /** Strings beside each other are one. */
  private Expression string() {
    Position at = position();
    var text = new StringBuilder();
    while (tokens.is(Token.Kind.STRING)) {
      text.append(tokens.next().text());
    }
    return checked(new Expression.Constant(Text.template(text.toString()), at));
  }

  private Expression parentheses() {
    tokens.next();
    Expression inside = tuple(true, "", true);
    tokens.expectOperator(")");
    return inside;
  }

  private Expression list() {
    Position at = tokens.next().at();
    var items = new ArrayList<Expression>();
    while (!tokens.isOperator("]")) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.isOperator("]")) {
          break;
        }
      }
      items.add(expression());
    }
    tokens.expectOperator("]");
    return checked(new Expression.ListLiteral(List.copyOf(items), at));
  }

  private Expression dict() {
    Position at = tokens.next().at();
    var items = new ArrayList<Expression>();
    while (!tokens.isOperator("}")) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.isOperator("}")) {
          break;
        }
      }
      items.add(expression());
      tokens.expectOperator(":");
      items.add(expression());
    }
    tokens.expectOperator("}");
    return checked(new Expression.DictLiteral(List.copyOf(items), at));
  }

  /**
   * An expression, or a tuple where there are commas.
   *
   * @param conditional whether {@code if} continues it
   * @param end a name that ends it
   * @param mayBeEmpty whether no expression at all is the empty tuple
   */
  Expression tuple(boolean conditional, String end, boolean mayBeEmpty) {
    return tuple(conditional ? this::expression : this::unconditional, end, mayBeEmpty);
  }

  private Expression unconditional() {
    if (++nesting > MAX_NESTING) {
      throw tooDeep(MAX_NESTING);
    }
    Expression value = or();
    nesting--;
    return value;
  }

  private Expression tuple(Rule item, String end, boolean mayBeEmpty) {
    Position at = position();
    var items = new ArrayList<Expression>();
    boolean comma = false;
    while (!endsTuple(end)) {
      items.add(item.parse());
      if (!tokens.isOperator(",")) {
        break;
      }
      tokens.next();
      comma = true;
    }
    if (!comma && !items.isEmpty()) {
      return items.getFirst();
    }
    if (!comma && !mayBeEmpty) {
      throw tokens.error("Expected an expression, got '%s'".formatted(tokens.current().describe()));
    }
    return checked(new Expression.Tuple(List.copyOf(items), at));
  }

  private boolean endsTuple(String end) {
    return tokens.is(Token.Kind.VARIABLE_END)
        || tokens.is(Token.Kind.BLOCK_END)
        || tokens.isOperator(")")
        || tokens.isName(end);
  }

  private Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.isOperator(".") || tokens.isOperator("[")) {
        value = subscript(value);
      } else if (tokens.isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  private Expression filtersAndTests(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.isOperator("|")) {
        tokens.next();
        value = filter(value);
      } else if (tokens.isName("is")) {
        value = test(value);
      } else if (tokens.isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression owner) {
    Token token = tokens.next();
    if (token.isOperator(".")) {
      Token name = tokens.next();
      if (name.kind() == Token.Kind.NAME) {
        return checked(new Expression.Attribute(owner, name.text(), token.at()));
      }
      if (!(name.value() instanceof Int)) {
        throw TemplateException.syntax("expected name or number", name.at());
      }
      return checked(new Expression.Item(owner, new Expression.Constant(name.value(), name.at()), token.at()));
    }
    var keys = new ArrayList<Expression>();
    while (!tokens.isOperator("]")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
      }
      keys.add(subscribed());
    }
    tokens.expectOperator("]");
    Expression key = keys.size() == 1 ? keys.getFirst() : new Expression.Tuple(List.copyOf(keys), token.at());
    return checked(new Expression.Item(owner, checked(key), token.at()));
  }

  private Expression subscribed() {
    Position at = position();
    Expression start = tokens.isOperator(":") ? null : expression();
    if (start != null && !tokens.isOperator(":")) {
      return start;
    }
    tokens.expectOperator(":");
    Expression stop = bound();
    Expression step = tokens.skipOperator(":") ? bound() : null;
    return checked(new Expression.SliceLiteral(start, stop, step, at));
  }

  private @Nullable Expression bound() {
    boolean missing = tokens.isOperator(":") || tokens.isOperator("]") || tokens.isOperator(",");
    return missing ? null : expression();
  }

  private Expression call(Expression callee) {
    Position at = position();
    return checked(new Expression.Call(callee, arguments(), at));
  }

  /** The arguments of a call, from the parenthesis on. */
  private CallArguments arguments() {
    Position at = tokens.expectOperator("(").at();
    var positional = new ArrayList<Expression>();
    var names = new ArrayList<String>();
    var named = new ArrayList<Expression>();
    Expression items = null;
    Expression entries = null;
    boolean first = true;
    while (!tokens.isOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.isOperator(")")) {
          break;
        }
      }
      first = false;
      if (tokens.isOperator("*")) {
        require(items == null && entries == null, at);
        tokens.next();
        items = expression();
      } else if (tokens.isOperator("**")) {
        require(entries == null, at);
        tokens.next();
        entries = expression();
      } else if (tokens.is(Token.Kind.NAME) && tokens.ahead().isOperator("=")) {
        require(entries == null, at);
        names.add(tokens.next().text());
        tokens.next();
        named.add(expression());
      } else {
        require(items == null && entries == null && names.isEmpty(), at);
        positional.add(expression());
      }
    }
    tokens.expectOperator(")");
    return new CallArguments(List.copyOf(positional), List.copyOf(names), List.copyOf(named), items, entries);
  }

  private static void require(boolean valid, Position at) {
    if (!valid) {
      throw TemplateException.syntax("invalid syntax for function call expression", at);
    }
  }

  /** A filter, from its name on. */
  Expression.Filter filter(@Nullable Expression input) {
    Position at = position();
    String name = dottedName();
    CallArguments arguments = tokens.isOperator("(") ? arguments() : CallArguments.NONE;
    return checked(new Expression.Filter(input, name, arguments, at));
  }

  private String dottedName() {
    var name = new StringBuilder(tokens.expect(Token.Kind.NAME).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Token.Kind.NAME).text());
    }
    return name.toString();
  }

  private Expression test(Expression input) {
    Position at = tokens.next().at();
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    CallArguments arguments = CallArguments.NONE;
    if (tokens.isOperator("(")) {
      arguments = arguments();
    } else if (startsArgument()) {
      if (tokens.isName("is")) {
        throw tokens.error("You cannot chain multiple tests with is");
      }
      arguments = new CallArguments(List.of(postfix(primary())), List.of(), List.of(), null, null);
    }
    Expression test = checked(new Expression.Test(input, name, arguments, at));
    return negated ? checked(new Expression.Not(test, at)) : test;
  }

  private boolean startsArgument() {
    return switch (tokens.current().kind()) {
      case NAME -> !tokens.isName("else") && !tokens.isName("or") && !tokens.isName("and");
      case STRING, NUMBER -> true;
      case OPERATOR -> tokens.isOperator("[") || tokens.isOperator("{");
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
    };
  }

  /** A variable that is assigned to. */
  Name targetName() {
    Token token = tokens.expect(Token.Kind.NAME);
    if (!(name(token) instanceof Name name)) {
      throw TemplateException.syntax("can't assign to 'const'", token.at());
    }
    return name;
  }

  /**
   * What is assigned to: a name, names with commas, attributes of namespaces where those are allowed.
   *
   * @param end a name that ends it
   */
  Target target(boolean namespaces, String end) {
    Expression target = tuple(() -> namespaces ? namespacedPrimary() : primary(), end, false);
    return assignable(target);
  }

  private Expression namespacedPrimary() {
    if (!tokens.is(Token.Kind.NAME) || !tokens.ahead().isOperator(".")) {
      return primary();
    }
    Token token = tokens.next();
    tokens.next();
    if (!(name(token) instanceof Name namespace)) {
      throw TemplateException.syntax("can't assign to 'const'", token.at());
    }
    String attribute = tokens.expect(Token.Kind.NAME).text();
    return checked(new Expression.NamespaceAttribute(namespace, attribute, token.at()));
  }

  private static Target assignable(Expression expression) {
    if (!(expression instanceof Target target)) {
      String kind = expression.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
      throw TemplateException.syntax("can't assign to '%s'".formatted(kind), expression.at());
    }
    if (target instanceof Expression.Tuple tuple) {
      tuple.items().forEach(ExpressionParser::assignable);
    }
    return target;
  }
}
