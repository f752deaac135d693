package io.gatun.text.template;

/**
 * How much a template may do: it comes with a model and is not trusted. Exceeding one is a {@link TemplateException}
 * that says which.
 *
 * @param steps nodes computed, items visited, and characters copied in sixteens, in all
 * @param length characters of any text, the output included, and items of any list
 * @param depth of calls and expressions within each other, and of lists within lists
 */
public record TemplateLimits(long steps, int length, int depth) {
  /** Far above what real templates do with a full context, and done within seconds. */
  public static final TemplateLimits DEFAULT = new TemplateLimits(20_000_000, 1 << 24, 256);

  /** @throws IllegalArgumentException if one is not positive */
  public TemplateLimits {
    if (steps < 1 || length < 1 || depth < 1) {
      throw new IllegalArgumentException("limits must be positive: %d, %d, %d".formatted(steps, length, depth));
    }
  }
}
