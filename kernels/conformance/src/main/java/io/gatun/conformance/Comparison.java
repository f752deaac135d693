package io.gatun.conformance;

import io.gatun.device.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Ways to compare results with those expected; all throw an {@link AssertionError}. Stateless. */
final class Comparison {

  private Comparison() {}

  static float at(HostBuffer buffer, long index) {
    return buffer.segment().getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  static void put(HostBuffer buffer, long index, float value) {
    buffer.segment().setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
  }

  static float[] values(HostBuffer buffer) {
    return buffer.segment().toArray(ValueLayout.JAVA_FLOAT);
  }

  static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  /** To the bit, but that all NaNs are equal. */
  static void same(float expected, float found, String what, long index) {
    if (Float.floatToIntBits(expected) != Float.floatToIntBits(found)) {
      throw new AssertionError("%s: %s at %d, expected %s".formatted(what, found, index, expected));
    }
  }

  static void same(float[] expected, float[] found, String what) {
    require(expected.length == found.length, "%s: %d values, expected %d".formatted(what, found.length, expected.length));
    for (int i = 0; i < expected.length; i++) {
      same(expected[i], found[i], what, i);
    }
  }

  static void same(HostBuffer expected, HostBuffer found, String what) {
    same(values(expected), values(found), what);
  }

  static void sameBytes(MemorySegment expected, MemorySegment found, String what) {
    long at = expected.mismatch(found);
    require(at < 0, "%s: differs at byte %d".formatted(what, at));
  }
}
