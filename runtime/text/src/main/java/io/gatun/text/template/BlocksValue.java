package io.gatun.text.template;

import org.jspecify.annotations.Nullable;

/**
 * The variable {@code self}: the blocks of the template.
 *
 * @param renderer that prints them
 */
record BlocksValue(Renderer renderer) implements Value {

  @Override
  public @Nullable Value item(Value key, Budget budget) {
    return key instanceof Text name ? renderer.block(name.chars()) : null;
  }

  @Override
  public String type() {
    return "TemplateReference";
  }

  @Override
  public void repr(Repr out) {
    out.text().template("<TemplateReference None>");
  }
}
