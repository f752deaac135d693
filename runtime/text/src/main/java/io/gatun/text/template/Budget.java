package io.gatun.text.template;

/** What one rendering has used of its limits. Not thread-safe. */
final class Budget {
  private static final int CHARACTERS_PER_STEP = 16;

  private final TemplateLimits limits;
  private long steps;
  private long characters;
  private int depth;

  Budget(TemplateLimits limits) {
    this.limits = limits;
  }

  void step() {
    steps(1);
  }

  void steps(long count) {
    steps += count;
    if (steps + characters / CHARACTERS_PER_STEP > limits.steps()) {
      throw TemplateException.limit("more than %d steps".formatted(limits.steps()));
    }
  }

  /** A text of {@code length} characters is going to be, {@code added} of them new. */
  void text(long length, long added) {
    if (length > limits.length()) {
      throw TemplateException.limit("a text of more than %d characters".formatted(limits.length()));
    }
    characters(added);
  }

  /** So many characters are going to be read. */
  void characters(long count) {
    characters += count;
    steps(0);
  }

  /** A text of {@code part} characters is going to be looked for in one of {@code whole}. */
  void search(long whole, long part) {
    steps(whole / 1024 * part + whole / CHARACTERS_PER_STEP);
  }

  /** A list of so many items is going to be. */
  void items(long count) {
    if (count > limits.length()) {
      throw TemplateException.limit("a list of more than %d items".formatted(limits.length()));
    }
    steps(count);
  }

  void enter() {
    depth(++depth);
  }

  void leave() {
    depth--;
  }

  /** A container of values is going to be. */
  void container(Value made) {
    depth(made.depth());
    if (made.weight() > limits.length()) {
      throw TemplateException.limit("a list of more than %d items, with those in it".formatted(limits.length()));
    }
  }

  /** Something of this depth is going to be. */
  void depth(int count) {
    if (count > limits.depth()) {
      throw TemplateException.limit("a depth of more than %d".formatted(limits.depth()));
    }
  }
}
