package io.gatun.text.template;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.gatun.oracle.Oracle;
import io.gatun.text.TextRun;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;

/**
 * Any template with any variables is either rendered within its limits or refused with one exception of one line. An
 * input is a template, optionally a NUL and a JSON object with the variables. Replays the saved inputs; explores with
 * {@code JAZZER_FUZZ=1}.
 */
class TemplateFuzzTest {
  private static final TemplateLimits LIMITS = new TemplateLimits(100_000, 1 << 16, 120);

  @FuzzTest(maxDuration = "10m")
  void render(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    int cut = text.lastIndexOf('\0');
    Map<String, ?> variables = cut < 0 ? Map.of() : variables(text.substring(cut + 1));
    String template = cut < 0 ? text : text.substring(0, cut);
    try {
      List<TextRun> runs = Template.parse(template, LIMITS).render(Map.of(), variables, () -> Rendering.NOW);
      assertTrue(ChatTemplate.text(runs).length() <= LIMITS.length());
      runs.forEach(run -> assertFalse(run.text().isEmpty()));
    } catch (TemplateException refusal) {
      assertFalse(refusal.kind().isEmpty());
      assertTrue(refusal.line() > 0, refusal.getMessage());
    }
  }

  private static Map<String, ?> variables(String json) {
    try {
      var object = Oracle.json(json);
      return object != null && object.isObject() ? Rendering.variables(object) : Map.of();
    } catch (JacksonException e) {
      return Map.of();
    }
  }
}
