package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {

  @Test
  void valuesOfAllKinds() {
    assertEquals(
        Map.of("a", Arrays.asList(BigInteger.ONE, -2.5e3, true, false, null, "é\n\"A"), "b", Map.of(), "c", List.of()),
        JsonReader.value(" {\"a\" : [1, -2.5e3, true, false, null, \"é\\n\\\"\\u0041\"], \"b\":{}, \"c\":[ ]} "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"a\":}", "{\"a\":1} x", "[1,]", "{a:1}", "\"a", "\"\\x\"", "01", "nul", "null", "\"\\u12\""})
  void whatIsNoJsonStaysText(String text) {
    assertEquals(text, JsonReader.value(text));
  }

  @Test
  void depthIsBounded() {
    String deep = "[".repeat(100_000);
    assertEquals(deep, JsonReader.value(deep));
  }
}
