package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamDecoderTest {
  private static final int SEQUENCES = 3_000;
  private static final Tokenizer STORIES = tokenizer("vocab/stories");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vocab/stories", "vocab/stories-userdef", "vocab/gpt-2", "synthetic-pre/llama-bpe", "vocab/stories-ugm", "vocab/bert-bge"
      })
  void joinedItIsTheDetokenizedSequence(String vocabulary) {
    Tokenizer tokenizer = tokenizer(vocabulary);
    var random = new Random(1);
    for (int i = 0; i < SEQUENCES; i++) {
      int[] ids = ids(tokenizer, random);
      var continued = EnumSet.of(DecodeOption.NO_CLEAN_UP, DecodeOption.KEEP_PREFIX_SPACE);
      assertEquals(text(tokenizer, ids, continued), joined(StreamDecoder.continuation(tokenizer, List.of()), ids));
      var fresh = Set.of(DecodeOption.NO_CLEAN_UP);
      assertEquals(text(tokenizer, ids, fresh), joined(StreamDecoder.fresh(tokenizer, List.of()), ids));
    }
  }

  /** Against a search of the whole text for the stop string that ends first. */
  @Test
  void stopStringsEndTheTextWhereverTokensAreCut() {
    var random = new Random(2);
    int stopped = 0;
    for (int i = 0; i < SEQUENCES; i++) {
      int[] ids = ids(STORIES, random);
      String whole = text(STORIES, ids, EnumSet.allOf(DecodeOption.class));
      List<String> stops = stops(whole, random);
      var decoder = StreamDecoder.continuation(STORIES, stops);
      String found = joined(decoder, ids);
      Optional<String> stop = firstToEnd(whole, stops);
      assertEquals(stop, decoder.stop(), () -> whole + stops);
      assertEquals(stop.map(string -> whole.substring(0, whole.indexOf(string))).orElse(whole), found);
      stopped += stop.isPresent() ? 1 : 0;
    }
    assertTrue(stopped > SEQUENCES / 4 && stopped < SEQUENCES, "stopped " + stopped);
  }

  /** Whatever may come: if the text so far ends in the begin of a stop string, that begin is not released. */
  @Test
  void whatMayBecomeStopStringIsNotReleased() {
    var random = new Random(3);
    for (int i = 0; i < SEQUENCES; i++) {
      int[] ids = ids(STORIES, random);
      List<String> stops = stops(text(STORIES, ids, Set.of(DecodeOption.KEEP_PREFIX_SPACE)), random);
      var decoder = StreamDecoder.continuation(STORIES, stops);
      var unstopped = StreamDecoder.continuation(STORIES, List.of());
      var released = new StringBuilder();
      var seen = new StringBuilder();
      for (int id : ids) {
        released.append(decoder.accept(id));
        seen.append(unstopped.accept(id));
        if (decoder.stop().isPresent()) {
          break;
        }
        assertEquals(seen.length() - longestBegin(seen.toString(), stops), released.length(), () -> seen + " " + stops);
      }
    }
  }

  @Test
  void releasesWholeCharactersOnly() {
    var decoder = StreamDecoder.continuation(STORIES, List.of());
    assertEquals("", decoder.accept(byteToken(0xF0)));
    assertEquals("", decoder.accept(byteToken(0x9F)));
    assertEquals("", decoder.accept(byteToken(0x98)));
    assertEquals("😀", decoder.accept(byteToken(0x80)));
    assertEquals("", decoder.finish());
  }

  @Test
  void brokenCharacterIsReplacedOnceItIsCertain() {
    var decoder = StreamDecoder.continuation(STORIES, List.of());
    assertEquals("", decoder.accept(byteToken(0xE2)));
    assertEquals("\uFFFDA", decoder.accept(byteToken('A')));
    assertEquals("", decoder.accept(byteToken(0xE2)));
    assertEquals("", decoder.accept(byteToken(0x82)));
    assertEquals("\uFFFD", decoder.finish());
  }

  @Test
  void stopStringAcrossTokensIsHeldBackAndNamed() {
    var decoder = StreamDecoder.continuation(STORIES, List.of("<end>", "<e>"));
    assertEquals("a", accept(decoder, "a<e"));
    assertEquals("", accept(decoder, "nd"));
    assertEquals(Optional.empty(), decoder.stop());
    assertEquals("", accept(decoder, ">b"));
    assertEquals(Optional.of("<end>"), decoder.stop());
    assertEquals("", accept(decoder, "more"));
    assertEquals("", decoder.finish());
  }

  @Test
  void heldTextIsReleasedWhenItIsNoStopString() {
    var decoder = StreamDecoder.continuation(STORIES, List.of("aab"));
    assertEquals("", accept(decoder, "aa"));
    assertEquals("a", accept(decoder, "a"));
    assertEquals("aac", accept(decoder, "c"));
    assertEquals("", accept(decoder, "a"));
    assertEquals("a", decoder.finish());
    assertEquals(Optional.empty(), decoder.stop());
  }

  @Test
  void emptyStopStringIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> StreamDecoder.continuation(STORIES, List.of("x", "")));
  }

  private static String accept(StreamDecoder decoder, String ascii) {
    var released = new StringBuilder();
    ascii.chars().forEach(character -> released.append(decoder.accept(byteToken(character))));
    return released.toString();
  }

  private static int byteToken(int b) {
    return STORIES.vocabulary().id("<0x%02X>".formatted(b)).orElseThrow();
  }

  /** Bytes and words, so that characters are cut and broken. */
  private static int[] ids(Tokenizer tokenizer, Random random) {
    return random.ints(random.nextInt(40), 0, tokenizer.vocabulary().size()).toArray();
  }

  /** Parts of the text, alterations of them, and strings that are not in it. */
  private static List<String> stops(String text, Random random) {
    var stops = new ArrayList<String>(List.of("zzz"));
    for (int i = random.nextInt(3); i > 0 && !text.isEmpty(); i--) {
      int from = random.nextInt(text.length());
      String part = text.substring(from, Math.min(text.length(), from + 1 + random.nextInt(6)));
      if (!Character.isSurrogate(part.charAt(0)) && !Character.isSurrogate(part.charAt(part.length() - 1))) {
        stops.add(random.nextBoolean() ? part : part + "q");
      }
    }
    return stops;
  }

  private static Optional<String> firstToEnd(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String begin = text.substring(0, end);
      Optional<String> stop = stops.stream().filter(begin::endsWith).max((a, b) -> a.length() - b.length());
      if (stop.isPresent()) {
        return stop;
      }
    }
    return Optional.empty();
  }

  /** Characters of the longest end of the text that is the begin of a stop string. */
  private static int longestBegin(String text, List<String> stops) {
    int longest = 0;
    for (String stop : stops) {
      for (int length = 1; length < stop.length(); length++) {
        longest = text.endsWith(stop.substring(0, length)) ? Math.max(longest, length) : longest;
      }
    }
    return longest;
  }

  private static String joined(StreamDecoder decoder, int[] ids) {
    var text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.accept(id));
    }
    return text.append(decoder.finish()).toString();
  }

  private static String text(Tokenizer tokenizer, int[] ids, Set<DecodeOption> options) {
    var dropping = EnumSet.noneOf(DecodeOption.class);
    dropping.addAll(options);
    dropping.remove(DecodeOption.RENDER_SPECIAL);
    return new String(tokenizer.decode(ids, dropping), StandardCharsets.UTF_8);
  }

  private static Tokenizer tokenizer(String name) {
    return Tokenizer.of(Vocabularies.committed("tokenizer/" + name + ".gguf"));
  }
}
