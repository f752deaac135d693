package io.gatun.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Turns ids that come one by one into text that can be shown at once: whole characters, and nothing that may yet turn out
 * to be a part of a stop string. All that it returns, joined, is what {@link Tokenizer#decode} gives for the whole
 * sequence with {@link DecodeOption#NO_CLEAN_UP}, up to the first stop string; malformed UTF-8 is U+FFFD. Control tokens
 * are dropped, but for those that {@link #rendering} names.
 *
 * <p>Spaces before punctuation are never cleaned up here: the text is what the model wrote.
 *
 * <p>Of several stop strings the one that is complete first counts, the longest if several end together; this does not
 * depend on how the text is split into tokens. Owned by one generation, confined to one thread.
 */
public final class StreamDecoder {
  private static final byte[] NOTHING = {};

  private final Tokenizer tokenizer;
  private final List<String> stops;
  private final int longestStop;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  private final IntPredicate rendered;
  private final boolean fresh;
  private final PieceDecoder pieces;
  /** Bytes of a character that is not complete. */
  private byte[] incomplete = NOTHING;
  /** Text that may be the begin of a stop string. */
  private String held = "";
  private @Nullable String stop;

  private StreamDecoder(Tokenizer tokenizer, List<String> stops, boolean fresh, IntPredicate rendered) {
    if (stops.contains("")) {
      throw new IllegalArgumentException("an empty stop string stops everything: leave it out");
    }
    this.tokenizer = tokenizer;
    this.stops = List.copyOf(stops);
    this.longestStop = stops.stream().mapToInt(String::length).max().orElse(0);
    this.fresh = fresh;
    this.pieces = tokenizer.decoder(fresh);
    this.rendered = rendered;
  }

  /**
   * For ids that continue a prompt: every piece stays as it is, as with {@link DecodeOption#KEEP_PREFIX_SPACE}.
   *
   * @param stops strings, none empty, that end the text and are not a part of it
   */
  public static StreamDecoder continuation(Tokenizer tokenizer, List<String> stops) {
    return new StreamDecoder(tokenizer, stops, false, id -> false);
  }

  /**
   * For ids that are a text of their own: the space that the tokenizer puts in front of a text is taken off.
   *
   * @param stops strings, none empty, that end the text and are not a part of it
   */
  public static StreamDecoder fresh(Tokenizer tokenizer, List<String> stops) {
    return new StreamDecoder(tokenizer, stops, true, id -> false);
  }

  /** A decoder at its beginning that does not drop these control tokens but gives them as they are spelled. */
  public StreamDecoder rendering(IntPredicate control) {
    return new StreamDecoder(tokenizer, stops, fresh, control);
  }

  /**
   * The text that is certain after one more token; often empty, and always after a stop string.
   *
   * @throws IndexOutOfBoundsException if the id is not in the vocabulary
   */
  public String accept(int id) {
    return release(decode(pieces.accept(id, rendered.test(id)), false), false);
  }

  /** The text that was held back; a character still incomplete is U+FFFD. Call once, at the end. */
  public String finish() {
    return release(decode(pieces.finish(), true), true);
  }

  /** The stop string that ended the text, if one did. */
  public Optional<String> stop() {
    return Optional.ofNullable(stop);
  }

  private String decode(byte[] piece, boolean last) {
    ByteBuffer bytes = ByteBuffer.allocate(incomplete.length + piece.length).put(incomplete).put(piece).flip();
    CharBuffer characters = CharBuffer.allocate(bytes.remaining() + 1);
    utf8.decode(bytes, characters, last);
    if (last) {
      utf8.flush(characters);
      utf8.reset();
    }
    incomplete = new byte[bytes.remaining()];
    bytes.get(incomplete);
    return characters.flip().toString();
  }

  private String release(String text, boolean last) {
    if (stop != null) {
      return "";
    }
    String pending = held.isEmpty() ? text : held + text;
    findStop(pending);
    if (stop != null) {
      held = "";
      return pending.substring(0, earliestEnd(pending) - stop.length());
    }
    int certain = last ? pending.length() : certain(pending);
    held = pending.substring(certain);
    return pending.substring(0, certain);
  }

  private void findStop(String text) {
    int end = earliestEnd(text);
    for (String candidate : stops) {
      boolean ends = end <= text.length() && text.startsWith(candidate, end - candidate.length());
      if (ends && (stop == null || candidate.length() > stop.length())) {
        stop = candidate;
      }
    }
  }

  /** Where the first complete stop string ends; past the text if there is none. */
  private int earliestEnd(String text) {
    int earliest = text.length() + 1;
    for (String candidate : stops) {
      int at = text.indexOf(candidate);
      if (at >= 0) {
        earliest = Math.min(earliest, at + candidate.length());
      }
    }
    return earliest;
  }

  /** Where the longest end of the text begins that is the begin of a stop string. */
  private int certain(String text) {
    for (int from = Math.max(0, text.length() - longestStop + 1); from < text.length(); from++) {
      String tail = text.substring(from);
      if (stops.stream().anyMatch(candidate -> candidate.startsWith(tail))) {
        return from;
      }
    }
    return text.length();
  }
}
