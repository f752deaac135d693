package io.gatun.text.template;

import io.gatun.text.template.Expression.Name;
import io.gatun.text.template.Expression.Target;
import io.gatun.text.template.Statement.Body;
import io.gatun.text.template.Statement.Procedure;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Visits the names in statements, however deep, in the order in which they are written. */
final class Names {
  /** Takes a name and whether it is read. */
  interface Visitor {
    void name(String name, boolean read, Position at);
  }

  private final Visitor visitor;

  private Names(Visitor visitor) {
    this.visitor = visitor;
  }

  static void visit(Expression expression, Visitor visitor) {
    new Names(visitor).expression(expression);
  }

  static void visit(Statement statement, Visitor visitor) {
    new Names(visitor).statement(statement);
  }

  static void visitTarget(Target target, Visitor visitor) {
    new Names(visitor).target(target);
  }

  /** Those of the candidates that a body reads before it assigns them. */
  static Set<String> undeclared(Body body, Set<String> candidates) {
    var open = new HashSet<>(candidates);
    var found = new HashSet<String>();
    new Names(
            (name, read, _) -> {
              if (read && open.contains(name)) {
                found.add(name);
              } else if (!read) {
                open.remove(name);
              }
            })
        .body(body);
    return found;
  }

  private void expression(@Nullable Expression expression) {
    if (expression instanceof Name name) {
      visitor.name(name.name(), true, name.at());
    } else if (expression != null) {
      expression.children().forEach(this::expression);
    }
  }

  private void target(Expression target) {
    switch (target) {
      case Name name -> visitor.name(name.name(), false, name.at());
      case Expression.Tuple tuple -> tuple.items().forEach(this::target);
      default -> expression(target);
    }
  }

  private void body(@Nullable Body body) {
    if (body != null) {
      body.statements().forEach(this::statement);
    }
  }

  private void procedure(Procedure procedure) {
    procedure.parameters().forEach(this::target);
    procedure.defaults().forEach(this::expression);
    body(procedure.body());
  }

  private void statement(Statement statement) {
    switch (statement) {
      case Statement.Output output -> output.parts().forEach(this::expression);
      case Statement.If branches -> {
        branches.tests().forEach(this::expression);
        branches.bodies().forEach(this::body);
        body(branches.otherwise());
      }
      case Statement.For loop -> {
        target(loop.target());
        expression(loop.items());
        body(loop.body());
        body(loop.otherwise());
        expression(loop.test());
      }
      case Statement.Set set -> {
        target(set.target());
        expression(set.value());
      }
      case Statement.SetBlock set -> {
        target(set.target());
        expression(set.filter());
        body(set.body());
      }
      case Statement.With with -> {
        with.targets().forEach(this::target);
        with.values().forEach(this::expression);
        body(with.body());
      }
      case Statement.Macro macro -> procedure(macro.procedure());
      case Statement.CallBlock call -> {
        expression(call.call());
        procedure(call.caller());
      }
      case Statement.Generation generation -> procedure(generation.caller());
      case Statement.FilterBlock block -> {
        body(block.body());
        expression(block.filter());
      }
      case Statement.AutoEscape block -> {
        expression(block.enabled());
        body(block.body());
      }
      case Statement.Load load -> expression(load.template());
      case Statement.Block _, Statement.Jump _ -> {} // a block has a context of its own
    }
  }
}
