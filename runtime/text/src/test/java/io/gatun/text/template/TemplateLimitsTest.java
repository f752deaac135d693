package io.gatun.text.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

/** A template comes with a model and is not trusted: whatever it does ends soon, with an error that says which limit. */
class TemplateLimitsTest {
  /** Less than any thread of a server has. */
  private static final int STACK = 512 * 1024;

  private static final TemplateLimits LIMITS = new TemplateLimits(2_000_000, 1 << 22, TemplateLimits.DEFAULT.depth());

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "{{ 'x' * 10**9 }} => characters",
        "{{ 'x' * 10**30 }} => characters",
        "{{ [0] * 10**9 }} => items",
        "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %} => characters",
        "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %} => characters",
        "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %} => steps",
        "{{ 'x'.center(10**9) }} => characters",
        "{{ 'x'|center(10**9) }} => characters",
        "{{ '%999999999d' % 1 }} => characters",
        "{{ '%.999999999f' % 1 }} => precision",
        "{{ '{:999999999}'.format(1) }} => characters",
        "{{ 'aaaa'.replace('a', 'b' * 9000000) }} => characters",
        "{{ ('b' * 9000000).join('aaaa') }} => characters",
        "{{ 'a\\n\\nb'|indent(10**9) }} => characters",
        "{{ [1]|tojson(indent=10**9) }} => characters",
        "{{ [1]|batch(10**9, 0)|list }} => items",
        "{{ 10 ** (10 ** 9) }} => bits",
        "{{ 2 ** 99999 }} => bits",
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %} => steps",
        "{% for a in range(100000) %}{% set x = 'x' * 4000000 %}{% endfor %} => steps",
        "{% for a in range(100000) %}{{ range(100000)|list|length }}{% endfor %} => steps",
        "{% for a in range(100000) %}{{ 'x' * 1000 }}{% endfor %} => characters",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }} => depth",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %} => depth",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }} => depth",
        "{% set ns = namespace(l={}) %}{% for i in range(9999) %}{% set ns.l = {1: ns.l} %}{% endfor %} => depth",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = ns.l|map('string') %}{% endfor %} => depth",
        "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }} => depth",
        "{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns }} => depth",
      })
  void isBounded(String template, String limit) {
    var e = assertThrows(TemplateException.class, () -> onSmallStack(template));
    assertEquals("TemplateLimit", e.kind(), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).contains(limit), e.getMessage());
    assertTrue(e.line() > 0, e.getMessage());
  }

  @Test
  void rangesAreBoundedAsPythonsSandboxBoundsThem() {
    var e = assertThrows(TemplateException.class, () -> Rendering.text("{{ range(10**12) }}", Map.of()));
    assertEquals("OverflowError", e.kind());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(", "[", "not ", "-", "{1:", "x.y(", "1 if 1 else ", "x[", "1 + ", "x|d(", "a and ", "1 ~ (", "2 ** "})
  void deepExpressionsAreRefused(String part) {
    String template = "{{ " + part.repeat(20_000) + "1 }}";
    assertThrows(TemplateException.class, () -> onSmallStack(template));
  }

  @ParameterizedTest
  @ValueSource(strings = {"|string", "[0]", ".a", "()", " is string"})
  void longChainsAreRefused(String part) {
    assertThrows(TemplateException.class, () -> onSmallStack("{{ x" + part.repeat(20_000) + " }}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{% if 1 %}", "{% for i in [1] %}", "{% with %}", "{% set x %}", "{% filter upper %}", "{% macro m() %}"})
  void deepBlocksAreRefused(String tag) {
    assertThrows(TemplateException.class, () -> onSmallStack(tag.repeat(20_000)));
  }

  @Test
  void whatIsNotDeepHasNoLimit() {
    String text = onSmallStack("{{ " + "'a' ~ ".repeat(20_000) + "'a' }}" + "{% if 1 %}b{% endif %}".repeat(20_000));
    assertEquals("a".repeat(20_001) + "b".repeat(20_000), text);
  }

  @Test
  void deepVariablesAreRefused() {
    Object deep = List.of();
    for (int i = 0; i < 5_000; i++) {
      deep = List.of(deep);
    }
    var variables = Map.of("x", deep);
    var e = assertThrows(TemplateException.class, () -> Rendering.text("{{ x }}", variables));
    assertTrue(String.valueOf(e.getMessage()).contains("depth"), e.getMessage());
  }

  @Test
  void limitsCanBeSet() {
    var limits = new TemplateLimits(1000, 100, 50);
    var template = Template.parse("{{ 'x' * 101 }}", limits);
    var e = assertThrows(TemplateException.class, () -> template.render(Map.of(), Map.of(), () -> Rendering.NOW));
    assertTrue(String.valueOf(e.getMessage()).contains("100"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new TemplateLimits(0, 1, 1));
  }

  private static String text(String template) {
    return ChatTemplate.text(Template.parse(template, LIMITS).render(Map.of(), Map.of(), () -> Rendering.NOW));
  }

  private static String onSmallStack(String template) {
    var result = new AtomicReference<String>();
    var problem = new AtomicReference<Throwable>();
    var thread = new Thread(null, () -> result.set(text(template)), "small stack", STACK);
    thread.setUncaughtExceptionHandler((_, e) -> problem.set(e));
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (problem.get() instanceof TemplateException e) {
      throw e;
    }
    if (problem.get() != null) {
      throw new AssertionError(problem.get());
    }
    return String.valueOf(result.get());
  }
}
