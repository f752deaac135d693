package io.gatun.text.template;

import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What a name or attribute that does not exist gives: false, empty, printed as nothing, and an error in nearly any
 * other use.
 *
 * @param kind of the error, as Python names it
 * @param reason what is not defined
 */
record Undefined(String kind, String reason) implements Value {

  static Undefined name(String name) {
    return hint("'%s' is undefined".formatted(name));
  }

  static Undefined hint(String reason) {
    return new Undefined("UndefinedError", reason);
  }

  static Undefined attribute(Value owner, String name) {
    return hint("'%s' has no attribute '%s'".formatted(describe(owner), name));
  }

  static Undefined item(Value owner, Value key, Budget budget) {
    return key instanceof Text name
        ? attribute(owner, name.chars())
        : hint("%s has no element %s".formatted(describe(owner), Repr.of(key, budget).chars()));
  }

  static Undefined unsafe(Value owner, String name) {
    return new Undefined(
        "SecurityError", "access to attribute '%s' of '%s' object is unsafe.".formatted(name, owner.type()));
  }

  private static String describe(Value owner) {
    return owner == None.NONE ? "None" : owner.type() + " object";
  }

  TemplateException error() {
    return TemplateException.of(kind, reason);
  }

  @Override
  public String type() {
    return "Undefined";
  }

  @Override
  public boolean truth() {
    return false;
  }

  @Override
  public boolean isSized() {
    return true;
  }

  @Override
  public int length() {
    return 0;
  }

  @Override
  public boolean isIterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return Collections.emptyIterator();
  }

  @Override
  public void repr(Repr out) {
    out.text().template("Undefined");
  }

  @Override
  public void str(Repr out) {}

  @Override
  public @Nullable Value attribute(String name) {
    throw error();
  }

  @Override
  public boolean isSubscriptable() {
    return true;
  }

  @Override
  public @Nullable Value item(Value key, Budget budget) {
    throw error();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Undefined;
  }

  @Override
  public int hashCode() {
    return 1;
  }
}
