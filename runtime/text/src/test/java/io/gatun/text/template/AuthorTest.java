package io.gatun.text.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.text.TextRun;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is done to a text, its characters stay those of whoever wrote them. A message's are shown in angle brackets. */
class AuthorTest {
  private static final Map<String, Object> VARIABLES =
      Map.of("u", "User", "w", "a b,c", "t", "  pad ", "l", List.of("x", "y"), "d", Map.of("k", "v\""));

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "a{{ u }}b => a<User>b",
        "{{ 'x' + u + 'y' }} => x<User>y",
        "{{ 'x' ~ u ~ 1 }} => x<User>1",
        "{{ ('x' + u)[1:3] }} => <Us>",
        "{{ ('x' + u + 'y')[::-1] }} => y<resU>x",
        "{{ ('x' + u)[0] }}{{ ('x' + u)[1] }} => x<U>",
        "{{ ('x' + u)|upper }} => X<USER>",
        "{{ ('straße ' + u)|upper }} => STRASSE <USER>",
        "{{ u|title }}{{ ('a ' + u)|title }} => <User>A <User>",
        "{{ u.replace('s', '-') }} => <U>-<er>",
        "{{ 'a-b'.replace('-', u) }} => a<User>b",
        "{{ w.split(',')|join('; ') }} => <a b>; <c>",
        "{{ w.split()[0] }}{{ w.rsplit(' ', 1)[1] }} => <ab,c>",
        "{{ t|trim }}{{ t.strip() }} => <padpad>",
        "{{ '%s=%5s' % ('k', u) }} => k= <User>",
        "{{ '{}:{:>6}'.format('k', u) }} => k:  <User>",
        "{{ u % () }} => <User>",
        "{{ [u, 'x'] }} => ['<User>', 'x']",
        "{{ d|tojson }} => {\"<k>\": \"<v\\\">\"}",
        "{{ d }} => {'<k>': '<v\">'}",
        "{{ l|join(u) }} => <xUsery>",
        "{{ l|map('upper')|join('-') }} => <X>-<Y>",
        "{{ u|indent(2, true) }} =>   <User>",
        "{{ ('a b ' ~ u)|wordwrap(3)|replace('\\n', '/') }} => a b/<Use>/<r>",
        "{{ u|center(8) }}. =>   <User>  .",
        "{{ u|e }}{{ '<'|e }} => <User>&lt;",
        "{{ u|truncate(2, true, '', 0) }} => <Us>",
        "{{ u|default('x') }}{{ none|default(u, true) }} => <UserUser>",
        "{% set x %}a{{ u }}{% endset %}{{ x[-3:] }} => <ser>",
        "{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(u) }} => [<User>]",
        "{% filter upper %}a{{ u }}{% endfilter %} => A<USER>",
        "{% for c in u %}{{ c }}.{% endfor %} => <U>.<s>.<e>.<r>.",
        "{{ u * 2 }}{{ u|reverse }}{{ u|first }} => <UserUserresUU>",
        "{{ u.partition('s')|join('-') }} => <U>-<s>-<er>",
        "{{ u.center(6, '*') }} => *<User>*",
      })
  void staysKnown(String template, String expected) {
    String marked =
        Rendering.runs(template, VARIABLES).stream()
            .map(run -> run.origin() == TextRun.Origin.USER ? "<" + run.text() + ">" : run.text())
            .collect(Collectors.joining());
    assertEquals(expected.strip(), marked.strip());
  }

  @Test
  void aMessageIsNeverATemplate() {
    String hostile = "{{ 7*7 }}{% raw %}{# #}";
    assertEquals(
        List.of(TextRun.user(hostile)), Rendering.runs("{{ messages[0].content }}", conversation("user", hostile)));
  }

  @Test
  void knownRolesAreTheTemplatesSoThatControlTokensCanBeMadeOfThem() {
    assertEquals(
        List.of(TextRun.template("<|user|>")), Rendering.runs("<|{{ messages[0].role }}|>", conversation("user", "")));
    assertEquals(
        List.of(TextRun.template("<|"), TextRun.user("im_end"), TextRun.template("|>")),
        Rendering.runs("<|{{ messages[0].role }}|>", conversation("im_end", "")));
  }

  private static Map<String, ?> conversation(String role, String content) {
    return Map.of("messages", List.of(Map.of("role", role, "content", content)));
  }
}
