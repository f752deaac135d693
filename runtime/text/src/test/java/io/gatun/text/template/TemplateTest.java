package io.gatun.text.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{{ x.y.z }} | 1 | 5 | UndefinedError: 'x' is undefined",
        "`a\n  {{ 1 + 'a' }}` | 2 | 8 | TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        "`a\n{% for %}` | 2 | 8 | TemplateSyntaxError: Expected an expression, got 'end of statement block'",
        "`a\n\n {{ raise_exception('no ' ~ 1) }}` | 3 | 20 | TemplateError: no 1",
        "`{% if 1 %}\n  {{ none.a.b }}\n{% endif %}` | 2 | 12 | UndefinedError: 'None' has no attribute 'a'",
        "`a\n{{ x|nope }}` | 2 | 6 | TemplateAssertionError: No filter named 'nope'.",
      },
      quoteCharacter = '`')
  void anErrorNamesItsPlace(String template, int line, int column, String message) {
    var e = assertThrows(TemplateException.class, () -> Rendering.text(template, Map.of()));
    assertEquals("line %d, column %d: %s".formatted(line, column, message), e.getMessage());
    assertEquals(line, e.line());
    assertEquals(column, e.column());
    assertEquals(message, e.kind() + ": " + e.reason());
  }

  @Test
  void onlyWhatTheTemplateItselfDoesWrongIsMalformed() {
    assertTrue(assertThrows(TemplateException.class, () -> Template.parse("{{")).isMalformed());
    var refused = assertThrows(TemplateException.class, () -> Rendering.text("{{ raise_exception('a') }}", Map.of()));
    assertTrue(!refused.isMalformed());
  }

  @Test
  void aTemplateServesManyThreads() {
    var template =
        Template.parse(
            "{% set ns = namespace(n=0) %}{% for i in range(n) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}");
    Set<String> texts = new TreeSet<>();
    IntStream.range(0, 8)
        .mapToObj(i -> Thread.ofVirtual().unstarted(() -> {
          for (int j = 0; j < 50; j++) {
            String text = ChatTemplate.text(template.render(Map.of(), Map.of("n", 100 + i), () -> Rendering.NOW));
            synchronized (texts) {
              texts.add(i + ":" + text);
            }
          }
        }))
        .peek(Thread::start)
        .toList()
        .forEach(TemplateTest::join);
    var expected = new TreeSet<String>();
    IntStream.range(0, 8).forEach(i -> expected.add(i + ":" + (100 + i) * (99 + i) / 2));
    assertEquals(expected, texts);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void variablesAreWhatJsonCanSay() {
    var e = assertThrows(IllegalArgumentException.class, () -> Rendering.text("{{ x }}", Map.of("x", 'c')));
    assertTrue(String.valueOf(e.getMessage()).contains("Character"), e.getMessage());
  }

  @Test
  void llamaLayers() {
    String droppingSystem =
        "{{ bos_token }}<s>{% for m in messages if m.role != 'system' %}[{{ m.content }}]{% endfor %}";
    var input =
        ChatInput.of(
                List.of(
                    Map.of("role", "system", "content", "A"),
                    Map.of("role", "system", "content", "B"),
                    Map.of("role", "user", "content", "Q"),
                    Map.of("role", "system", "content", "C"),
                    Map.of("role", "assistant", "content", "R"),
                    Map.of("role", "system", "content", "D")))
            .withToken("bos_token", "<s>");
    var template = ChatTemplate.parse(droppingSystem);
    assertEquals("<s><s>[Q][R]", ChatTemplate.text(template.render(input)));
    assertEquals("<s>[Q][R]", ChatTemplate.text(template.render(input, Set.of(LlamaLayer.SINGLE_BOS))));
    assertEquals(
        "<s><s>[A\nB\nQ][C][R][D]", ChatTemplate.text(template.render(input, Set.of(LlamaLayer.MERGE_SYSTEM))));
    var keeping = ChatTemplate.parse("{% for m in messages %}{{ m.role }}{% endfor %}{{ messages[0].content }}");
    assertEquals(
        ChatTemplate.text(keeping.render(input)),
        ChatTemplate.text(keeping.render(input, Set.of(LlamaLayer.MERGE_SYSTEM))));
  }
}
