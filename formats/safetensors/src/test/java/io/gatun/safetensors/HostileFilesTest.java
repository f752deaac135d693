package io.gatun.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that lie. Each is answered with one line that says what is wrong where. */
class HostileFilesTest {
  private static final String TENSOR = "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}";

  private static SafetensorsHeader parse(byte[] file) {
    return SafetensorsHeader.parse("f.safetensors", MemorySegment.ofArray(file));
  }

  private static byte[] file(String header) {
    return RawFile.of(header.replace('\'', '"'), 8);
  }

  private static void assertRejected(String expected, byte[] file) {
    var thrown = assertThrows(FormatException.class, () -> parse(file));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains(expected), () -> "expected \"" + expected + "\" in: " + message);
    assertTrue(message.startsWith("f.safetensors: "), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void everyTruncationIsAFormatException() {
    byte[] whole = file("{'__metadata__':{'k':'v'},'a':{'dtype':'F32','shape':[1,2],'data_offsets':[0,8]}}  ");
    assertEquals(1, parse(whole).tensors().size());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(FormatException.class, () -> parse(cut), "cut to " + length);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1L << 20, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE, -1})
  void lengthsThatTheFileCannotHold(long length) {
    byte[] file = file(TENSOR);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    assertRejected("the header has", file);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          []                                                                                   | begins with byte 5b
          {'a':1}                                                                              | tensor a: is the number 1
          {'a':{}}                                                                             | dtype is missing
          {'a':{'dtype':4,'shape':[],'data_offsets':[0,8]}}                                    | dtype is the number 4
          {'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}}                                 | shape is the number 2
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}}                                 | holds 1 numbers
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4,8]}}                             | more than 2 numbers
          {'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}}                             | shape holds the number 2.0
          {'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}                              | shape holds the number -2
          {'a':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,8]}}             | shape holds the number 922
          {'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]}}           | overflows
          {'a':{'dtype':'F32','shape':[4611686018427387904],'data_offsets':[0,8]}}             | overflows
          {'a':{'dtype':'F32','shape':[0,9223372036854775807,2],'data_offsets':[0,0]}}         | overflows
          {'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2],'data_offsets':[0,8]}} | more than 16
          {'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}                               | has 8 bytes at offset 0, but F32 [3] takes 12
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}}                              | which end at 8
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}                               | lies at bytes 8 to 0
          {'a':{'dtype':'F4','shape':[5],'data_offsets':[0,3]}}                                | a multiple of 2
          {'a':{'dtype':'F32','shape':[2],'shape':[2],'data_offsets':[0,8]}}                   | shape occurs twice
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':{}}                        | tensor a: occurs twice
          {'a':{'dtype':'I8','shape':[5],'data_offsets':[0,5]},'b':{'dtype':'I8','shape':[4],'data_offsets':[4,8]}} | they overlap
          {'__metadata__':{'k':1}}                                                             | __metadata__ k is the number 1
          {'__metadata__':[]}                                                                  | is an array
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} x                             | is no JSON
          {} {}                                                                                | goes on after its object
          {'a':                                                                                | is no JSON
          """)
  void headers(String header, String expected) {
    assertRejected(expected, file(header));
  }

  @Test
  void depth() {
    assertRejected("is no JSON", file("{'a':{'dtype':'F32','x':" + "[".repeat(100_000) + "}}"));
  }

  @Test
  void namesThatAreNoTextOrTooLong() {
    byte[] noText = file(TENSOR);
    noText[8 + 2] = (byte) 0xFF;
    assertRejected("is no JSON", noText);
    assertRejected("its name has 5000 characters", file(TENSOR.replace("'a'", "'" + "n".repeat(5000) + "'")));
  }

  @Test
  void anUnknownTypeIsNamed() {
    var thrown = assertThrows(UnsupportedModelException.class, () -> parse(file(TENSOR.replace("F32", "F3"))));
    assertTrue(String.valueOf(thrown.getMessage()).contains("tensor a: has unknown type F3"), thrown.getMessage());
  }

  @Test
  void whatIsOddButRight() {
    var header =
        parse(
            file(
                "{'b':{'dtype':'I8','shape':[],'data_offsets':[7,8],'note':[{}]},'e':{'dtype':'F64','shape':[0,3],"
                    + "'data_offsets':[3,3]},'a':{'dtype':'F16','shape':[1,1],'data_offsets':[1,3]}}   "));
    assertEquals(3, header.tensors().size());
    assertEquals(0, header.tensors().get(0).shape().size());
    assertEquals(header.tensors().get(1).start(), header.tensors().get(1).end());
  }
}
