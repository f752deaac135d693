package io.gatun.text.template;

import io.gatun.text.template.Expression.Name;
import io.gatun.text.template.Statement.Body;
import io.gatun.text.template.Statement.Procedure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The scopes of a template, found before it is rendered; on the way, what only shows there is refused: jumps outside
 * loops, and filters and tests that do not exist where they are sure to be used.
 */
final class Scopes {
  static final String SELF = "self";
  private static final Set<String> SPECIAL = Set.of("caller", "kwargs", "varargs");

  private final IdentityHashMap<Object, Layout> layouts = new IdentityHashMap<>();
  private final IdentityHashMap<Body, Set<String>> specials = new IdentityHashMap<>();
  private final Map<String, Body> blocks = new HashMap<>();

  private Scopes() {}

  static Scopes of(Body template) {
    var scopes = new Scopes();
    scopes.outermost(template);
    return scopes;
  }

  /** The variables of the scope that a body, or the test of a loop, opens. */
  Layout layout(Object key) {
    Layout layout = layouts.get(key);
    if (layout == null) {
      throw new IllegalStateException("a body without a scope");
    }
    return layout;
  }

  /** Those of {@code caller}, {@code kwargs} and {@code varargs} that a procedure uses without naming them. */
  Set<String> specials(Procedure procedure) {
    return specials.getOrDefault(procedure.body(), Set.of());
  }

  Map<String, Body> blocks() {
    return blocks;
  }

  private void scope(Body body, Symbols symbols, boolean inLoop) {
    body.statements().forEach(statement -> collect(statement, symbols));
    layouts.put(body, symbols.layout());
    descend(body, symbols, inLoop, false);
  }

  /** The scope of the template or of a block, which is in no other. */
  private void outermost(Body body) {
    var symbols = new Symbols(null);
    if (Names.undeclared(body, Set.of(SELF)).contains(SELF)) {
      symbols.parameter(SELF);
    }
    scope(body, symbols, false);
  }

  private static Names.Visitor into(Symbols symbols) {
    return (name, read, _) -> {
      if (read) {
        symbols.load(name);
      } else {
        symbols.store(name);
      }
    };
  }

  private static Names.Visitor parametersOf(Symbols symbols) {
    return (name, read, _) -> {
      if (read) {
        symbols.load(name);
      } else {
        symbols.parameter(name);
      }
    };
  }

  /** The names of a statement that are in the same scope as the statement. */
  private static void collect(Statement statement, Symbols symbols) {
    Names.Visitor names = into(symbols);
    switch (statement) {
      case Statement.Output output -> output.parts().forEach(part -> Names.visit(part, names));
      case Statement.If branches -> collectBranches(branches, symbols);
      case Statement.For loop -> Names.visit(loop.items(), names);
      case Statement.Set set -> {
        Names.visit(set.value(), names);
        Names.visitTarget(set.target(), names);
      }
      case Statement.SetBlock set -> Names.visitTarget(set.target(), names);
      case Statement.With with -> with.values().forEach(value -> Names.visit(value, names));
      case Statement.Macro macro -> symbols.store(String.valueOf(macro.procedure().name()));
      case Statement.CallBlock call -> Names.visit(call.call(), names);
      case Statement.FilterBlock block -> Names.visit(block.filter(), names);
      case Statement.Load load -> {
        Names.visit(load.template(), names);
        load.targets().forEach(target -> symbols.store(target.name()));
      }
      case Statement.Generation _, Statement.AutoEscape _, Statement.Block _, Statement.Jump _ -> {}
    }
  }

  private static void collectBranches(Statement.If branches, Symbols symbols) {
    Names.visit(branches.tests().getFirst(), into(symbols));
    Symbols first = symbols.branch();
    collect(branches.bodies().getFirst(), first);
    Symbols others = symbols.branch();
    for (int i = 1; i < branches.tests().size(); i++) {
      Names.visit(branches.tests().get(i), into(others));
      Symbols body = others.branch();
      collect(branches.bodies().get(i), body);
      others.join(List.of(body, others.branch(), others.branch()));
    }
    Symbols last = symbols.branch();
    collect(branches.otherwise(), last);
    symbols.join(List.of(first, others, last));
  }

  private static void collect(Body body, Symbols symbols) {
    body.statements().forEach(statement -> collect(statement, symbols));
  }

  private void descend(Body body, Symbols symbols, boolean inLoop, boolean soft) {
    body.statements().forEach(statement -> descend(statement, symbols, inLoop, soft));
  }

  /** Into the scopes in a statement; {@code soft} where it may not be reached. */
  private void descend(Statement statement, Symbols symbols, boolean inLoop, boolean soft) {
    switch (statement) {
      case Statement.Output output -> output.parts().forEach(part -> require(part, soft));
      case Statement.If branches -> {
        branches.tests().forEach(test -> require(test, true));
        branches.bodies().forEach(body -> descend(body, symbols, inLoop, true));
        descend(branches.otherwise(), symbols, inLoop, true);
      }
      case Statement.For loop -> loop(loop, symbols, inLoop, soft);
      case Statement.Set set -> require(set.value(), soft);
      case Statement.SetBlock set -> {
        require(set.filter(), soft);
        scope(set.body(), new Symbols(symbols), inLoop);
      }
      case Statement.With with -> with(with, symbols, inLoop, soft);
      case Statement.Macro macro -> procedure(macro.procedure(), symbols);
      case Statement.CallBlock call -> {
        require(call.call(), soft);
        procedure(call.caller(), symbols);
      }
      case Statement.Generation generation -> procedure(generation.caller(), symbols);
      case Statement.FilterBlock block -> {
        require(block.filter(), soft);
        var inner = new Symbols(symbols);
        scope(block.body(), inner, inLoop);
      }
      case Statement.AutoEscape block -> scope(block.body(), new Symbols(symbols), inLoop);
      case Statement.Block block -> {
        if (blocks.put(block.name(), block.body()) != null) {
          throw TemplateException.syntax("block '%s' defined twice".formatted(block.name()), block.at());
        }
        outermost(block.body());
      }
      case Statement.Jump jump -> {
        if (!inLoop) {
          throw TemplateException.syntax("'%s' outside loop".formatted(jump.ends() ? "break" : "continue"), jump.at());
        }
      }
      case Statement.Load load -> require(load.template(), soft);
    }
  }

  private void loop(Statement.For loop, Symbols symbols, boolean inLoop, boolean soft) {
    require(loop.items(), soft);
    Names.visit(loop, Scopes::refuseLoopVariable);
    var inside = new Symbols(symbols);
    if (loop.recursive() || Names.undeclared(loop.body(), Set.of("loop")).contains("loop")) {
      inside.parameter("loop");
    }
    Names.visitTarget(loop.target(), parametersOf(inside));
    scope(loop.body(), inside, true);
    if (loop.otherwise() != null) {
      scope(loop.otherwise(), new Symbols(symbols), inLoop);
    }
    if (loop.test() != null) {
      var tested = new Symbols(symbols);
      Names.visitTarget(loop.target(), parametersOf(tested));
      Names.visit(loop.test(), into(tested));
      layouts.put(loop.test(), tested.layout());
      require(loop.test(), false);
    }
  }

  private static void refuseLoopVariable(String name, boolean read, Position at) {
    if (!read && name.equals("loop")) {
      throw TemplateException.syntax("Can't assign to special loop variable in for-loop target", at);
    }
  }

  private void with(Statement.With with, Symbols symbols, boolean inLoop, boolean soft) {
    with.values().forEach(value -> require(value, soft));
    var inside = new Symbols(symbols);
    with.targets().forEach(target -> Names.visitTarget(target, parametersOf(inside)));
    scope(with.body(), inside, inLoop);
  }

  private void procedure(Procedure procedure, Symbols symbols) {
    var inside = new Symbols(symbols);
    var named = new ArrayList<String>();
    for (Name parameter : procedure.parameters()) {
      inside.parameter(parameter.name());
      named.add(parameter.name());
    }
    procedure.defaults().forEach(value -> Names.visit(value, into(inside)));
    procedure.defaults().forEach(value -> require(value, false));
    Set<String> used = Names.undeclared(procedure.body(), SPECIAL);
    used.removeAll(named);
    used.forEach(inside::parameter);
    specials.put(procedure.body(), Set.copyOf(used));
    scope(procedure.body(), inside, false);
  }

  /** Refuses unknown filters and tests, where they are sure to be used. */
  private static void require(@Nullable Expression expression, boolean soft) {
    if (expression == null) {
      return;
    }
    boolean inside = soft || expression instanceof Expression.Conditional;
    if (!inside && expression instanceof Expression.Filter filter && Filters.find(filter.name()) == null) {
      throw TemplateException.of("TemplateAssertionError", Filters.unknown(filter.name())).at(filter.at());
    }
    if (!inside && expression instanceof Expression.Test test && Tests.find(test.name()) == null) {
      throw TemplateException.of("TemplateAssertionError", Tests.unknown(test.name())).at(test.at());
    }
    expression.children().forEach(child -> require(child, inside));
  }
}
