package io.gatun.text.template;

import io.gatun.text.template.Expression.Filter;
import io.gatun.text.template.Expression.Name;
import io.gatun.text.template.Expression.Target;
import io.gatun.text.template.Statement.Body;
import io.gatun.text.template.Statement.Procedure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Parses the statements of a template. One use. */
final class Parser {
  /** Of blocks in each other. */
  private static final int MAX_DEPTH = 100;

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final Deque<String> openTags = new ArrayDeque<>();

  private Parser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  /** @throws TemplateException if it is no template */
  static Body parse(String template) {
    return new Parser(new TokenStream(Lexer.tokens(template))).body(List.of());
  }

  /** Statements until one of the end tags, whose name is then the current token, or the end of the template. */
  private Body body(List<String> ends) {
    var statements = new ArrayList<Statement>();
    var parts = new ArrayList<Expression>();
    while (!tokens.is(Token.Kind.END)) {
      Token token = tokens.next();
      switch (token.kind()) {
        case DATA -> parts.add(new Expression.Constant(Text.template(token.text()), token.at()));
        case VARIABLE_BEGIN -> {
          parts.add(expressions.tuple(true, "", false));
          tokens.expect(Token.Kind.VARIABLE_END);
        }
        default -> {
          flush(parts, statements);
          if (tokens.is(Token.Kind.NAME) && ends.contains(tokens.current().text())) {
            return new Body(statements);
          }
          statements.add(statement(ends));
          tokens.expect(Token.Kind.BLOCK_END);
        }
      }
    }
    if (!ends.isEmpty()) {
      throw tokens.error("Unexpected end of template. " + expectation(ends));
    }
    flush(parts, statements);
    return new Body(statements);
  }

  private static void flush(List<Expression> parts, List<Statement> statements) {
    if (!parts.isEmpty()) {
      statements.add(new Statement.Output(List.copyOf(parts), parts.getFirst().at()));
      parts.clear();
    }
  }

  private String expectation(List<String> ends) {
    String tags = ends.stream().map(end -> "'" + end + "'").collect(Collectors.joining(" or "));
    return ends.isEmpty()
        ? ""
        : "Jinja was looking for the following tags: %s. The innermost block that needs to be closed is '%s'."
            .formatted(tags, openTags.peek());
  }

  private Statement statement(List<String> ends) {
    Token tag = tokens.current();
    if (tag.kind() != Token.Kind.NAME) {
      throw tokens.error("tag name expected");
    }
    openTags.push(tag.text());
    if (openTags.size() > MAX_DEPTH) {
      throw TemplateException.limit("blocks nested more than %d deep".formatted(MAX_DEPTH)).at(tag.at());
    }
    tokens.next();
    Statement statement = statement(tag);
    openTags.pop();
    if (statement == null) {
      throw TemplateException.syntax(
          "Encountered unknown tag '%s'. %s".formatted(tag.text(), expectation(ends)).strip(), tag.at());
    }
    return statement;
  }

  private @Nullable Statement statement(Token tag) {
    Position at = tag.at();
    return switch (tag.text()) {
      case "if" -> conditional(at);
      case "for" -> loop(at);
      case "set" -> set(at);
      case "macro" -> macro(at);
      case "call" -> call(at);
      case "filter" -> new Statement.FilterBlock(filters(expressions.filter(null)), block("endfilter"), at);
      case "with" -> with(at);
      case "generation" -> new Statement.Generation(procedure(null, block("endgeneration")), at);
      case "break", "continue" -> new Statement.Jump(tag.text().equals("break"), at);
      case "print" -> print(at);
      case "block" -> namedBlock(at);
      case "autoescape" -> new Statement.AutoEscape(expressions.expression(), block("endautoescape"), at);
      case "include" -> include(at);
      case "import" -> imports(at);
      case "from" -> importsFrom(at);
      case "extends" -> new Statement.Load(expressions.expression(), List.of(), at);
      default -> null;
    };
  }

  private static Procedure procedure(@Nullable String name, Body body) {
    return new Procedure(name, List.of(), List.of(), body);
  }

  /** The body of a tag, up to one of the ends, whose name is then the current token. */
  private Body bodyOf(String... ends) {
    tokens.skipOperator(":");
    tokens.expect(Token.Kind.BLOCK_END);
    return body(List.of(ends));
  }

  private Body block(String end) {
    Body body = bodyOf(end);
    tokens.next();
    return body;
  }

  private Statement conditional(Position at) {
    var tests = new ArrayList<Expression>();
    var bodies = new ArrayList<Body>();
    while (true) {
      tests.add(expressions.tuple(false, "", false));
      bodies.add(bodyOf("elif", "else", "endif"));
      Token next = tokens.next();
      if (!next.isName("elif")) {
        Body otherwise = next.isName("else") ? block("endif") : Body.EMPTY;
        return new Statement.If(List.copyOf(tests), List.copyOf(bodies), otherwise, at);
      }
    }
  }

  private Statement loop(Position at) {
    Target target = expressions.target(false, "in");
    tokens.expectName("in");
    Expression items = expressions.tuple(false, "recursive", false);
    Expression test = tokens.skipName("if") ? expressions.expression() : null;
    boolean recursive = tokens.skipName("recursive");
    Body body = bodyOf("endfor", "else");
    Body otherwise = tokens.next().isName("else") ? block("endfor") : null;
    return new Statement.For(target, items, test, recursive, body, otherwise, at);
  }

  private Statement set(Position at) {
    Target target = expressions.target(true, "");
    if (tokens.skipOperator("=")) {
      return new Statement.Set(target, expressions.tuple(true, "", false), at);
    }
    Filter filter = tokens.skipOperator("|") ? filters(expressions.filter(null)) : null;
    return new Statement.SetBlock(target, filter, block("endset"), at);
  }

  private Filter filters(Filter first) {
    Filter filter = first;
    while (tokens.skipOperator("|")) {
      filter = expressions.filter(filter);
    }
    return filter;
  }

  private Statement macro(Position at) {
    String name = expressions.targetName().name();
    var signature = parameters();
    return new Statement.Macro(
        new Procedure(name, signature.parameters(), signature.defaults(), block("endmacro")), at);
  }

  private Statement call(Position at) {
    var signature = tokens.isOperator("(") ? parameters() : procedure(null, Body.EMPTY);
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw TemplateException.syntax("expected call", at);
    }
    return new Statement.CallBlock(
        new Procedure(null, signature.parameters(), signature.defaults(), block("endcall")), call, at);
  }

  private Procedure parameters() {
    tokens.expectOperator("(");
    var names = new ArrayList<Name>();
    var defaults = new ArrayList<Expression>();
    while (!tokens.isOperator(")")) {
      if (!names.isEmpty()) {
        tokens.expectOperator(",");
      }
      names.add(expressions.targetName());
      if (tokens.skipOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw tokens.error("non-default argument follows default argument");
      }
    }
    tokens.next();
    if (names.stream().map(Name::name).distinct().count() < names.size()) {
      throw tokens.error("duplicate argument in definition");
    }
    return new Procedure(null, List.copyOf(names), List.copyOf(defaults), Body.EMPTY);
  }

  private Statement with(Position at) {
    var targets = new ArrayList<Target>();
    var values = new ArrayList<Expression>();
    while (!tokens.is(Token.Kind.BLOCK_END)) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      targets.add(expressions.target(false, ""));
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    return new Statement.With(List.copyOf(targets), List.copyOf(values), block("endwith"), at);
  }

  private Statement print(Position at) {
    var parts = new ArrayList<Expression>();
    while (!tokens.is(Token.Kind.BLOCK_END)) {
      if (!parts.isEmpty()) {
        tokens.expectOperator(",");
      }
      parts.add(expressions.expression());
    }
    return new Statement.Output(List.copyOf(parts), at);
  }

  private Statement namedBlock(Position at) {
    String name = tokens.expect(Token.Kind.NAME).text();
    boolean scoped = tokens.skipName("scoped");
    tokens.skipName("required");
    Body body = block("endblock");
    tokens.skipName(name);
    return new Statement.Block(name, scoped, body, at);
  }

  private Statement include(Position at) {
    Expression template = expressions.expression();
    if (tokens.isName("ignore") && tokens.ahead().isName("missing")) {
      tokens.next();
      tokens.next();
    }
    skipContext();
    return new Statement.Load(template, List.of(), at);
  }

  private void skipContext() {
    boolean context = Stream.of("with", "without").anyMatch(tokens::isName) && tokens.ahead().isName("context");
    if (context) {
      tokens.next();
      tokens.next();
    }
  }

  private Statement imports(Position at) {
    Expression template = expressions.expression();
    tokens.expectName("as");
    Name target = expressions.targetName();
    skipContext();
    return new Statement.Load(template, List.of(target), at);
  }

  private Statement importsFrom(Position at) {
    Expression template = expressions.expression();
    tokens.expectName("import");
    var targets = new ArrayList<Name>();
    do {
      Name name = expressions.targetName();
      targets.add(tokens.skipName("as") ? expressions.targetName() : name);
      skipContext();
    } while (tokens.skipOperator(","));
    return new Statement.Load(template, List.copyOf(targets), at);
  }
}
