package io.gatun.cli.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Sampling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed run leaves, cut at every byte, and what comes of it. */
class RecoveryTest {
  private static final List<String> LINES =
      List.of(
          "{\"id\":\"one é\",\"prompt\":\"p\"}",
          "{\"id\":2,\"prompt\":\"p\"}",
          "",
          "{\"custom_id\":\"four\",\"body\":{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}}",
          "{\"id\":\"one é\",\"prompt\":\"p\"}",
          "{\"id\":6,\"prompt\":\"p\"}",
          "not JSON");

  /** The order in which the killed run had its results: 5 is missing. */
  private static final List<Integer> ORDER = List.of(3, 1, 7, 6, 4, 2);

  @TempDir Path folder;
  private Path input;
  private Path output;
  private Path journal;
  private final List<String> notices = new ArrayList<>();

  @BeforeEach
  void files() throws IOException {
    input = Files.write(folder.resolve("in.jsonl"), LINES);
    output = folder.resolve("out.jsonl");
    journal = folder.resolve("out.jsonl.journal");
  }

  @Test
  void anUndisturbedRunWritesEachLineAndRemovesItsJournal() throws IOException {
    finish("7");
    assertArrayEquals(expected(), Files.readAllBytes(output));
    assertFalse(Files.exists(journal));
  }

  @Test
  void cutAtAnyByteTheOutputEndsTheSame() throws IOException {
    byte[][] left = killed();
    for (int cut = 0; cut <= left[0].length; cut++) {
      assertRecovers(Arrays.copyOf(left[0], cut), left[1]);
    }
  }

  @Test
  void aJournalCutAtAnyByteLosesOnlyWhatIsNotWhole() throws IOException {
    byte[][] left = killed();
    for (int cut = 0; cut <= left[1].length; cut++) {
      assertRecovers(left[0], Arrays.copyOf(left[1], cut));
    }
  }

  @Test
  void bothMayBeCut() throws IOException {
    byte[][] left = killed();
    int header = new String(left[1], StandardCharsets.UTF_8).indexOf('\n') + 1;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
    for (int i = 0; i < 500; i++) {
      assertRecovers(
          Arrays.copyOf(left[0], random.nextInt(left[0].length + 1)),
          Arrays.copyOf(left[1], random.nextInt(header, left[1].length + 1)));
    }
  }

  @Test
  void aDamagedRecordEndsTheJournal() throws IOException {
    byte[][] left = killed();
    int header = new String(left[1], StandardCharsets.UTF_8).indexOf('\n') + 1;
    for (int at = header; at < left[1].length; at++) {
      byte[] damaged = left[1].clone();
      damaged[at] ^= 1;
      assertRecovers(left[0], damaged);
    }
  }

  @Test
  void whatWasDoneIsNotDoneAgain() throws IOException {
    byte[][] left = killed();
    put(left[0], left[1]);
    try (Results results = recovery("7").open()) {
      assertEquals(6, results.resumed());
      assertEquals(5, results.next());
      for (int line = 1; line <= LINES.size(); line++) {
        assertEquals(line != 5, results.has(line), "line " + line);
      }
    }
  }

  @Test
  void theSeedOfARandomRunIsKept() throws IOException {
    try (Results results = recovery("7", 42, Map.of()).open()) {
      assertEquals(42, results.seed());
      take(results, 1);
    }
    try (Results results = recovery("7", 43, Map.of()).open()) {
      assertEquals(42, results.seed());
    }
  }

  @Test
  void anotherRunIsRefusedAndNothingChanged() throws IOException {
    byte[][] left = killed();
    put(left[0], left[1]);
    assertRefused(
        recovery("8", 7, Map.of("--top-k", "5")),
        "--seed was '7', now '8'",
        "--top-k was not given, now '5'",
        "delete the file to start over");
    assertArrayEquals(left[0], Files.readAllBytes(output));
    assertArrayEquals(left[1], Files.readAllBytes(journal));
  }

  @Test
  void withoutItsOutputAJournalOfAnotherRunIsOfNoUse() throws IOException {
    byte[][] left = killed();
    put(left[0], left[1]);
    Files.delete(output);
    finish("8");
    assertArrayEquals(expected(), Files.readAllBytes(output));
  }

  @Test
  void aCompleteOutputStays() throws IOException {
    Files.write(output, expected());
    try (Results results = recovery("8").open()) {
      assertEquals(LINES.size() + 1, results.next());
      results.complete();
    }
    assertEquals(List.of(), notices);
    assertArrayEquals(expected(), Files.readAllBytes(output));
    assertFalse(Files.exists(journal));
  }

  @Test
  void withoutAJournalAnOutputIsContinuedAndThatIsSaid() throws IOException {
    byte[][] left = killed();
    Files.delete(journal);
    Files.write(output, left[0]);
    finish("7");
    assertArrayEquals(expected(), Files.readAllBytes(output));
    assertEquals(1, notices.size());
    assertTrue(notices.getFirst().contains("4 answers"), notices.getFirst());
  }

  @Test
  void aFileOfSomebodyElseIsNotTouched() throws IOException {
    for (String content : List.of("hello", "hello\n", "{\"id\":5}\n", "{\"id\":2,\"line\":2,\"text\":\"\"}\n", "\n")) {
      Files.writeString(output, content);
      assertRefused(recovery("7"), "line 1 is not the answer");
      assertEquals(content, Files.readString(output));
    }
    byte[] tooMany = (new String(expected(), StandardCharsets.UTF_8) + "{\"id\":1}\n").getBytes(StandardCharsets.UTF_8);
    Files.write(output, tooMany);
    assertRefused(recovery("7"), "line 8 is not the answer");
    assertArrayEquals(tooMany, Files.readAllBytes(output));
  }

  @Test
  void aJournalOfSomebodyElseIsNotTouched() throws IOException {
    Files.writeString(journal, "Dear diary,\n");
    assertRefused(recovery("7"), "is not a batch journal");
    assertEquals("Dear diary,\n", Files.readString(journal));
  }

  @Test
  void twoRunsDoNotWriteTheSameFile() {
    try (Results _ = recovery("7").open()) {
      assertRefused(recovery("7"), "another gatun is writing it");
    }
  }

  @Test
  void afterASealNothingIsWritten() throws IOException {
    try (Results results = recovery("7").open()) {
      take(results, 1);
      long[] before = {Files.size(output), Files.size(journal)};
      results.seal();
      take(results, 2);
      take(results, 4);
      assertArrayEquals(before, new long[] {Files.size(output), Files.size(journal)});
    }
  }

  @Test
  void aJournalThatHasServedIsEmptied() throws IOException {
    try (Results results = recovery("7").open()) {
      long header = Files.size(journal);
      results.take(2, "x".repeat(2 << 20));
      assertTrue(Files.size(journal) > 2 << 20);
      results.take(1, "y");
      assertEquals(header, Files.size(journal));
      results.take(4, "z");
      results.take(3, "w");
      results.take(3, "not this");
    }
    assertEquals(List.of("y", "x".repeat(2 << 20), "w", "z"), Files.readAllLines(output));
  }

  private static void assertRefused(Recovery recovery, String... said) {
    String message = String.valueOf(assertThrows(UsageException.class, recovery::open).getMessage());
    for (String part : said) {
      assertTrue(message.contains(part), message);
    }
  }

  private void assertRecovers(byte[] outputLeft, byte[] journalLeft) throws IOException {
    put(outputLeft, journalLeft);
    finish("7");
    assertArrayEquals(
        expected(), Files.readAllBytes(output), () -> "output cut at %d, journal at %d".formatted(outputLeft.length, journalLeft.length));
    assertFalse(Files.exists(journal));
  }

  private void put(byte[] outputLeft, byte[] journalLeft) throws IOException {
    Files.write(output, outputLeft);
    Files.write(journal, journalLeft);
  }

  /** What a run killed after {@link #ORDER} leaves: the output and the journal. */
  private byte[][] killed() throws IOException {
    try (Results results = recovery("7").open()) {
      ORDER.forEach(line -> take(results, line));
    }
    byte[][] left = {Files.readAllBytes(output), Files.readAllBytes(journal)};
    assertEquals(4, new String(left[0], StandardCharsets.UTF_8).lines().count());
    assertEquals(1 + 4, new String(left[1], StandardCharsets.UTF_8).lines().count(), "3, 7, 6 and 4 came early");
    return left;
  }

  /** Does what is missing, the last lines first. */
  private void finish(String seed) {
    try (Results results = recovery(seed).open()) {
      for (int line = LINES.size(); line > 0; line--) {
        if (!results.has(line)) {
          take(results, line);
        }
      }
      results.complete();
    }
  }

  private static void take(Results results, int line) {
    results.take(line, answer(line));
  }

  private static String answer(int line) {
    return parser(7).parse(new InputLine.Text(line, LINES.get(line - 1))).reply().problem("answer é " + line);
  }

  private static byte[] expected() {
    var all = new StringBuilder();
    for (int line = 1; line <= LINES.size(); line++) {
      all.append(answer(line)).append('\n');
    }
    return all.toString().getBytes(StandardCharsets.UTF_8);
  }

  private Recovery recovery(String seed) {
    return recovery(seed, Long.parseLong(seed), Map.of());
  }

  private Recovery recovery(String seed, long number, Map<String, String> options) {
    var parts = new TreeMap<>(options);
    parts.put("--seed", seed);
    return new Recovery(input, output, parser(number), new RunIdentity(parts), notices::add);
  }

  private static RequestParser parser(long seed) {
    return new RequestParser(stops -> Sampling.defaults(), Map.of(), seed, "model");
  }
}
