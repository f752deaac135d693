package io.gatun.text.template;

/** {@code start:stop:step} in a subscript; each is None or an integer. */
record Slice(Value start, Value stop, Value step) implements Value {

  /**
   * What a slice selects of a sequence.
   *
   * @param start the first index
   * @param step to the next, not 0
   * @param count how many
   */
  record Indices(int start, int step, int count) {
    int at(int i) {
      return (int) (start + (long) step * i);
    }
  }

  /** As Python's {@code slice.indices}. */
  Indices over(int length) {
    long by = step == None.NONE ? 1 : bound(step);
    if (by == 0) {
      throw TemplateException.value("slice step cannot be zero");
    }
    long low = by < 0 ? -1 : 0;
    long high = by < 0 ? length - 1 : length;
    long from = start == None.NONE ? (by < 0 ? high : low) : clipped(bound(start), length, low, high);
    long to = stop == None.NONE ? (by < 0 ? low : high) : clipped(bound(stop), length, low, high);
    long span = by > 0 ? to - from : from - to;
    long count = span <= 0 ? 0 : (span - 1) / Math.abs(by) + 1;
    return new Indices((int) (count == 0 ? 0 : from), (int) (count <= 1 ? 1 : by), (int) count);
  }

  private static long clipped(long index, int length, long low, long high) {
    long fromStart = index < 0 ? index + length : index;
    return Math.clamp(fromStart, low, high);
  }

  private static long bound(Value value) {
    if (!(value instanceof Int) && !(value instanceof Bool)) {
      throw TemplateException.type("slice indices must be integers or None or have an __index__ method");
    }
    return Numbers.clamped(Numbers.integer(value));
  }

  @Override
  public String type() {
    return "slice";
  }

  @Override
  public boolean isHashable() {
    return false;
  }

  @Override
  public void repr(Repr out) {
    out.call("slice", java.util.List.of(start, stop, step));
  }
}
