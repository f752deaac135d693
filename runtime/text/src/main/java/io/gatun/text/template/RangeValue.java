package io.gatun.text.template;

import java.util.Iterator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Python's range, of at most as many numbers as the sandbox allows. */
record RangeValue(Int start, Int stop, Int step, int length) implements Value {
  private static final int MAX = 100_000;

  static RangeValue of(Int start, Int stop, Int step) {
    int sign = step.value().signum();
    if (sign == 0) {
      throw TemplateException.value("range() arg 3 must not be zero");
    }
    var span = stop.value().subtract(start.value());
    var count = Arithmetic.floor(span.add(step.value()).subtract(Int.of(sign).value()), step.value())[0];
    if (Numbers.clamped(count) > MAX) {
      throw TemplateException.of(
          "OverflowError",
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (%d).".formatted(MAX));
    }
    return new RangeValue(start, stop, step, (int) Math.max(0, Numbers.clamped(count)));
  }

  private Value at(int i) {
    return new Int(start.value().add(step.value().multiply(Int.of(i).value())));
  }

  @Override
  public String type() {
    return "range";
  }

  @Override
  public boolean truth() {
    return length > 0;
  }

  @Override
  public boolean isSized() {
    return true;
  }

  @Override
  public boolean isIterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return IntStream.range(0, length).mapToObj(this::at).iterator();
  }

  @Override
  public boolean isSubscriptable() {
    return true;
  }

  @Override
  public @Nullable Value item(Value key, Budget budget) {
    if (key instanceof Slice slice) {
      Slice.Indices indices = slice.over(length);
      var by = step.value().multiply(Int.of(indices.step()).value());
      var from = (Int) at(indices.start());
      return new RangeValue(
          from,
          new Int(from.value().add(by.multiply(Int.of(indices.count()).value()))),
          new Int(by),
          indices.count());
    }
    int place = Numbers.index(key, length);
    return place < 0 ? null : at(place);
  }

  @Override
  public void repr(Repr out) {
    boolean plain = step.equals(Int.of(1));
    out.call("range", plain ? java.util.List.of(start, stop) : java.util.List.of(start, stop, step));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RangeValue range
        && length == range.length
        && (length == 0 || (start.equals(range.start) && (length == 1 || step.equals(range.step))));
  }

  @Override
  public int hashCode() {
    return length == 0 ? 0 : start.hashCode() * 31 + length;
  }
}
