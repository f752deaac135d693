package io.gatun.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class HalvesTest {

  @Test
  void everyHalfIsTheFloatThatTheLibrarySays() {
    int count = 1 << 16;
    try (Arena arena = Arena.ofConfined()) {
      var source = arena.allocate(ValueLayout.JAVA_SHORT, count);
      var target = arena.allocate(ValueLayout.JAVA_FLOAT, count);
      for (int i = 0; i < count; i++) {
        source.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
      }
      Halves.decode(source.address(), target.address(), count);
      for (int i = 0; i < count; i++) {
        int expected = Float.floatToRawIntBits(Float.float16ToFloat((short) i));
        int found = Float.floatToRawIntBits(target.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        assertEquals(Integer.toHexString(expected), Integer.toHexString(found), "half " + Integer.toHexString(i));
      }
    }
  }

  /** A length that is no multiple of anything writes what it should and no more. */
  @Test
  void aRestIsDecodedToo() {
    try (Arena arena = Arena.ofConfined()) {
      var source = arena.allocate(ValueLayout.JAVA_SHORT, 37);
      var target = arena.allocate(ValueLayout.JAVA_FLOAT, 40);
      source.fill((byte) 0x3c);
      target.fill((byte) 1);
      Halves.decode(source.address(), target.address(), 37);
      for (int i = 0; i < 40; i++) {
        int expected = i < 37 ? Float.floatToRawIntBits(Float.float16ToFloat((short) 0x3c3c)) : 0x01010101;
        assertEquals(expected, Float.floatToRawIntBits(target.getAtIndex(ValueLayout.JAVA_FLOAT, i)), "at " + i);
      }
    }
  }
}
