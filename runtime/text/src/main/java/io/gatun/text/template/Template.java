package io.gatun.text.template;

import io.gatun.text.TextRun;
import io.gatun.text.template.Statement.Body;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A Jinja template, with Python's semantics and in the environment of Hugging Face's transformers: sandboxed with
 * immutable values, {@code trim_blocks}, {@code lstrip_blocks}, loop controls, the {@code generation} tag,
 * {@code tojson} that escapes no HTML, {@code raise_exception} and {@code strftime_now}. There is nothing to include or
 * import from.
 *
 * <p>Immutable and thread-safe: parsed once, rendered any number of times.
 */
public final class Template {
  private final Body body;
  private final Scopes scopes;
  private final TemplateLimits limits;

  private Template(Body body, TemplateLimits limits) {
    this.body = body;
    this.scopes = Scopes.of(body);
    this.limits = limits;
  }

  /** @throws TemplateException if it is no template */
  public static Template parse(String text) {
    return parse(text, TemplateLimits.DEFAULT);
  }

  /** @throws TemplateException if it is no template */
  public static Template parse(String text, TemplateLimits limits) {
    return new Template(Parser.parse(text), limits);
  }

  /**
   * Renders the template. Variables are null, booleans, numbers, strings, lists and maps of these, in any nesting.
   *
   * @param trusted variables whose strings count as the template's: control tokens in them are recognised
   * @param messages variables whose strings are what people or models said; roles in them count as the template's
   * @param clock the time that {@code strftime_now} gives
   * @return the text in stretches of one author, none of them empty, neighbours by different ones
   * @throws TemplateException if the template refuses, or goes beyond its limits
   * @throws IllegalArgumentException if a variable is of another kind
   */
  public List<TextRun> render(Map<String, ?> trusted, Map<String, ?> messages, Supplier<LocalDateTime> clock) {
    var budget = new Budget(limits);
    var variables = new HashMap<String, Value>();
    trusted.forEach((name, value) -> variables.put(name, new Import(budget, false).value(value)));
    messages.forEach((name, value) -> variables.put(name, new Import(budget, true).value(value)));
    return new Renderer(scopes, Globals.with(variables), budget, clock).render(body).runs();
  }
}
