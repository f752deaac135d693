package io.gatun.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LineSeedTest {

  /** The published first outputs of SplitMix64 for the seed 1234567. */
  @Test
  void isTheOutputOfSplitMix64() {
    List<String> expected =
        List.of(
            "6457827717110365317", "3203168211198807973", "9817491932198370423", "4593380528125082431", "16408922859458223821");
    assertEquals(
        expected, LongStream.rangeClosed(1, 5).mapToObj(line -> Long.toUnsignedString(LineSeed.of(1234567, line))).toList());
  }
}
