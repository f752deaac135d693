package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every quantized encoding promises, with extreme and random bytes. */
class QuantizedEncodingsTest {
  private static final int BLOCKS = 5;

  /** Facts of the formats: the codes that occur. */
  record Codes(QuantizedEncoding encoding, int min, int max, int group, boolean minimum) {
    @Override
    public String toString() {
      return encoding.id();
    }
  }

  static Stream<Codes> codes() {
    return Stream.of(
        new Codes(Encodings.Q4_0, -8, 7, 32, false),
        new Codes(Encodings.Q4_1, 0, 15, 32, true),
        new Codes(Encodings.Q5_0, -16, 15, 32, false),
        new Codes(Encodings.Q5_1, 0, 31, 32, true),
        new Codes(Encodings.Q8_0, -128, 127, 32, false),
        new Codes(Encodings.Q2_K, 0, 3, 16, true),
        new Codes(Encodings.Q3_K, -4, 3, 16, false),
        new Codes(Encodings.Q4_K, 0, 15, 32, true),
        new Codes(Encodings.Q5_K, 0, 31, 32, true),
        new Codes(Encodings.Q6_K, -32, 31, 16, false),
        new Codes(Encodings.Q8_K, -128, 127, 32, false),
        new Codes(Encodings.Q1_0, -1, 1, 32, false),
        new Codes(Encodings.Q2_0, -1, 2, 32, false),
        new Codes(Encodings.TQ1_0, -1, 1, 32, false),
        new Codes(Encodings.TQ2_0, -1, 2, 32, false),
        new Codes(Encodings.IQ1_S, -9, 9, 32, false),
        new Codes(Encodings.IQ1_M, -9, 9, 16, false),
        new Codes(Encodings.IQ2_XXS, -43, 43, 32, false),
        new Codes(Encodings.IQ2_XS, -43, 43, 16, false),
        new Codes(Encodings.IQ2_S, -43, 43, 16, false),
        new Codes(Encodings.IQ3_XXS, -62, 62, 32, false),
        new Codes(Encodings.IQ3_S, -15, 15, 32, false),
        new Codes(Encodings.IQ4_NL, -127, 113, 32, false),
        new Codes(Encodings.IQ4_XS, -127, 113, 32, false),
        new Codes(Encodings.MXFP4, -12, 12, 32, false),
        new Codes(Encodings.NVFP4, -12, 12, 16, false));
  }

  static Stream<QuantizedEncoding> quantized() {
    return Encodings.all().stream()
        .filter(QuantizedEncoding.class::isInstance)
        .map(QuantizedEncoding.class::cast);
  }

  private static List<byte[]> fills(QuantizedEncoding encoding) {
    int length = BLOCKS * encoding.blockBytes();
    var random = new byte[length];
    new Random(7).nextBytes(random);
    return Stream.concat(
            Stream.of(0x00, 0xFF, 0x80, 0x7F, 0x55, 0xAA)
                .map(
                    value -> {
                      var fill = new byte[length];
                      Arrays.fill(fill, value.byteValue());
                      return fill;
                    }),
            Stream.of(random))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void decodesWhatTheCodesScalesAndMinimumsSay(QuantizedEncoding encoding) {
    int count = BLOCKS * encoding.blockLength();
    int group = encoding.groupLength();
    for (byte[] fill : fills(encoding)) {
      var source = MemorySegment.ofArray(fill);
      var codes = new byte[count];
      var scales = new float[count / group];
      var minimums = new float[count / group];
      encoding.unpack(source, 0, count, codes, scales, minimums);
      var values = new float[count];
      encoding.decode(source, 0, values, 0, count);
      for (int i = 0; i < count; i++) {
        float product = scales[i / group] * codes[i];
        float expected = encoding.hasMinimum() ? product + minimums[i / group] : product;
        assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(values[i]), encoding.id() + " value " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codes")
  void usesTheWholeRangeOfItsCodesAndNoMore(Codes expected) {
    var encoding = expected.encoding;
    assertEquals(expected.group, encoding.groupLength());
    assertEquals(expected.minimum, encoding.hasMinimum());
    int blocks = 64;
    var fill = new byte[blocks * encoding.blockBytes()];
    new Random(11).nextBytes(fill);
    var codes = new byte[blocks * encoding.blockLength()];
    int groups = codes.length / encoding.groupLength();
    encoding.unpack(MemorySegment.ofArray(fill), 0, codes.length, codes, new float[groups], new float[groups]);
    Arrays.sort(codes);
    assertEquals(expected.min, codes[0]);
    assertEquals(expected.max, codes[codes.length - 1]);
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void leavesMinimumsAloneUnlessItHasThem(QuantizedEncoding encoding) {
    int count = encoding.blockLength();
    var minimums = new float[count / encoding.groupLength()];
    Arrays.fill(minimums, 42);
    var source = MemorySegment.ofArray(new byte[encoding.blockBytes()]);
    encoding.unpack(source, 0, count, new byte[count], new float[minimums.length], minimums);
    for (float minimum : minimums) {
      assertEquals(encoding.hasMinimum() ? 0 : 42, Math.abs(minimum));
    }
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void decodesAtAnyOffsetInNativeMemoryAndTouchesNoNeighbour(QuantizedEncoding encoding) {
    byte[] fill = fills(encoding).getLast();
    int count = 2 * encoding.blockLength();
    var expected = new float[count];
    encoding.decode(MemorySegment.ofArray(fill), encoding.blockBytes(), expected, 0, count);
    try (var arena = Arena.ofConfined()) {
      for (int shift = 0; shift < 4; shift++) {
        var shifted = arena.allocate(fill.length + 4L);
        shifted.asSlice(shift).copyFrom(MemorySegment.ofArray(fill));
        var actual = new float[count + 2];
        Arrays.fill(actual, 99);
        encoding.decode(shifted, shift + (long) encoding.blockBytes(), actual, 1, count);
        assertEquals(99, actual[0]);
        assertEquals(99, actual[count + 1]);
        assertTrue(Arrays.equals(expected, Arrays.copyOfRange(actual, 1, count + 1)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void refusesRangesThatLeaveTheSourceOrTheTarget(QuantizedEncoding encoding) {
    int count = encoding.blockLength();
    var oneShort = MemorySegment.ofArray(new byte[encoding.blockBytes() - 1]);
    var whole = MemorySegment.ofArray(new byte[encoding.blockBytes()]);
    var values = new float[count];
    assertThrows(IndexOutOfBoundsException.class, () -> encoding.decode(oneShort, 0, values, 0, count));
    assertThrows(IndexOutOfBoundsException.class, () -> encoding.decode(whole, 1, values, 0, count));
    assertThrows(IndexOutOfBoundsException.class, () -> encoding.decode(whole, -1, values, 0, count));
    assertThrows(IndexOutOfBoundsException.class, () -> encoding.decode(whole, 0, values, 1, count));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> encoding.decode(whole, 0, values, Integer.MAX_VALUE - 1, count));
    assertThrows(IllegalArgumentException.class, () -> encoding.decode(whole, 0, values, 0, count - 1));
    assertThrows(IllegalArgumentException.class, () -> encoding.decode(whole, 0, values, 0, -count));
    encoding.decode(whole, 0, values, 0, 0);
  }
}
