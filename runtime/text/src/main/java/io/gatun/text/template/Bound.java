package io.gatun.text.template;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The arguments of one call, in the places of a function's parameters. */
final class Bound {
  private final Signature signature;
  private final Renderer renderer;
  private final @Nullable Value[] places;
  private final List<Value> rest;
  private final Map<String, Value> keywords;

  Bound(
      Signature signature,
      Renderer renderer,
      @Nullable Value[] places,
      List<Value> rest,
      Map<String, Value> keywords) {
    this.signature = signature;
    this.renderer = renderer;
    this.places = places;
    this.rest = rest;
    this.keywords = keywords;
  }

  Renderer renderer() {
    return renderer;
  }

  Budget budget() {
    return renderer.budget();
  }

  /** Arguments after the last parameter. */
  List<Value> rest() {
    return rest;
  }

  /** Arguments whose names are not parameters'. */
  Map<String, Value> keywords() {
    return keywords;
  }

  boolean has(int parameter) {
    return places[parameter] != null;
  }

  /** A required argument. */
  Value get(int parameter) {
    return Objects.requireNonNull(places[parameter]);
  }

  Value get(int parameter, Value otherwise) {
    Value given = places[parameter];
    return given == null ? otherwise : given;
  }

  boolean truth(int parameter, boolean otherwise) {
    Value given = places[parameter];
    return given == null ? otherwise : given.truth();
  }

  /** A flag that Python takes as an integer. */
  boolean flag(int parameter) {
    return has(parameter) && integer(parameter) != 0;
  }

  /** An argument that must be a string. */
  Text text(int parameter) {
    return requireText(get(parameter));
  }

  private Text requireText(Value given) {
    if (given instanceof Text text) {
      return text;
    }
    throw given instanceof Undefined undefined
        ? undefined.error()
        : TemplateException.type("%s() argument must be str, not %s".formatted(signature.function(), given.type()));
  }

  /** A string, or null where it is missing or None. */
  @Nullable Text textOrNone(int parameter) {
    Value given = places[parameter];
    return given == null || given == None.NONE ? null : requireText(given);
  }

  /** An argument as {@code str} of it; what is marked safe stays so. */
  Text soft(int parameter) {
    Value given = get(parameter);
    return given instanceof Text text ? text : Repr.string(given, budget());
  }

  /** An integer, cut to what any length or count may be. */
  long integer(int parameter) {
    return integer(get(parameter));
  }

  long integer(int parameter, long otherwise) {
    Value given = places[parameter];
    return given == null ? otherwise : integer(given);
  }

  private static long integer(Value given) {
    if (given instanceof Undefined undefined) {
      throw undefined.error();
    }
    return Numbers.clamped(Numbers.integer(given));
  }

  /** The items of an argument. */
  Iterator<Value> items(int parameter) {
    return renderer.items(get(parameter));
  }

  /** The items of an argument, all of them. */
  List<Value> list(int parameter) {
    return renderer.list(get(parameter));
  }
}
