package io.gatun.text;

import io.gatun.text.SplitProgram.AtEnd;
import io.gatun.text.SplitProgram.Fork;
import io.gatun.text.SplitProgram.Look;
import io.gatun.text.SplitProgram.Match;
import io.gatun.text.SplitProgram.Step;
import io.gatun.text.SplitProgram.Take;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Finds the matches of a regular expression in time proportional to the text, whatever both are, and without recursion over
 * the text. What matches is what a backtracking search finds: the leftmost, and of several the one whose choices come first.
 *
 * <p>A walk from the end of the text notes at each place which steps of the program can still lead to a match; a walk from
 * its begin then never takes a step in vain. Both walk over tables that are filled on first use. Thread-safe.
 *
 * <p>The two walks: A. Frisch and L. Cardelli, Greedy regular expression matching, ICALP 2004.
 */
final class SplitPattern implements SplitPass {
  private static final int NO = -1;
  private static final int PAGE_BITS = 8;
  private static final int PAGE = 1 << PAGE_BITS;
  /** Characters that are in the same sets are of one class. */
  private static final int MAX_CLASSES = Byte.MAX_VALUE;

  private final SplitProgram program;
  /** Whether an empty text may match. */
  private final boolean matchesNothing;
  /** By step: what follows when it takes a character; {@link #NO} for others. */
  private final int[] following;
  private final AtomicReferenceArray<byte[]> pages = new AtomicReferenceArray<>((Character.MAX_CODE_POINT >> PAGE_BITS) + 1);
  private final List<Long> classes = new ArrayList<>();
  private final Map<List<Integer>, Place> places = new HashMap<>();
  private final Place end;

  private SplitPattern(SplitProgram program, SplitDialect dialect) {
    this.program = program;
    this.matchesNothing = dialect != SplitDialect.LLAMA_CPP;
    this.following = new int[program.size()];
    Arrays.setAll(following, step -> program.step(step) instanceof Take take ? take.next() : NO);
    this.end = place(new Resolution(NO, null));
  }

  /**
   * A pattern as llama.cpp reads it.
   *
   * @throws IllegalArgumentException if the pattern is malformed
   */
  static SplitPattern of(String pattern) {
    return of(pattern, SplitDialect.LLAMA_CPP);
  }

  /** @throws IllegalArgumentException if the pattern is malformed, or does what {@link SplitSyntax} lacks */
  static SplitPattern of(String pattern, SplitDialect dialect) {
    return new SplitPattern(SplitProgram.of(pattern, dialect), dialect);
  }

  /** What holds at a place of a text, by what follows there. */
  static final class Place {
    /** By step: the step to take a character with, or the match, that it leads to first; {@link #NO} if to none. */
    private final int[] resolved;

    /** The place one character before this one, by the class of that character. */
    private final AtomicReferenceArray<Place> before = new AtomicReferenceArray<>(MAX_CLASSES);

    Place(int[] resolved) {
      this.resolved = resolved;
    }
  }

  @Override
  public void cut(String text, int from, int to, Scratch scratch, IdBuffer ends) {
    var cuts = new Cuts(from, ends);
    find(text, from, to, scratch, cuts);
    cuts.upTo(to);
  }

  /** Adds each end of a match, and what it leaves before it, to the ends of the pieces. */
  private static final class Cuts implements MatchSink {
    private final IdBuffer ends;
    private int done;

    Cuts(int from, IdBuffer ends) {
      this.done = from;
      this.ends = ends;
    }

    @Override
    public void match(int from, int to) {
      upTo(from);
      upTo(to);
    }

    void upTo(int end) {
      if (end > done) {
        ends.add(end);
        done = end;
      }
    }
  }

  /** Reports the matches within a piece of a text from left to right; none is empty where another one ends. */
  void find(String text, int from, int to, Scratch scratch, MatchSink matches) {
    Place[] found = scratch.places(text.length() + 1);
    annotate(text, from, to, found);
    int start = program.start();
    int last = NO;
    for (int at = from; at <= to; ) {
      int begin = at;
      int step = found[at].resolved[start];
      while (step != NO && following[step] != NO) {
        at += width(text, at);
        step = found[at].resolved[following[step]];
      }
      if (step != NO && (at > begin || at != last)) {
        matches.match(begin, at);
        last = at;
      } else {
        at += at < to ? width(text, at) : 1;
      }
    }
  }

  private void annotate(String text, int from, int to, Place[] found) {
    Place place = end;
    found[to] = place;
    for (int at = to; at > from; ) {
      int character = text.codePointBefore(at);
      at -= Character.charCount(character);
      int kind = kind(character);
      Place before = place.before.getAcquire(kind);
      place = before != null ? before : before(place, kind);
      found[at] = place;
    }
  }

  private static int width(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at)) ? 2 : 1;
  }

  private int kind(int character) {
    byte[] page = pages.getAcquire(character >> PAGE_BITS);
    return (page != null ? page : page(character >> PAGE_BITS))[character & (PAGE - 1)];
  }

  private synchronized byte[] page(int number) {
    var page = new byte[PAGE];
    for (int i = 0; i < PAGE; i++) {
      long membership = program.membership(number << PAGE_BITS | i);
      int kind = classes.indexOf(membership);
      if (kind < 0) {
        kind = classes.size();
        classes.add(membership);
      }
      if (kind >= MAX_CLASSES) {
        throw new IllegalStateException("more than " + MAX_CLASSES + " classes of characters");
      }
      page[i] = (byte) kind;
    }
    pages.setRelease(number, page);
    return page;
  }

  private synchronized Place before(Place place, int kind) {
    Place before = place(new Resolution(kind, place));
    place.before.setRelease(kind, before);
    return before;
  }

  private Place place(Resolution resolution) {
    var resolved = new int[program.size()];
    Arrays.setAll(resolved, resolution::of);
    int first = resolved[program.start()];
    if (!matchesNothing && first != NO && following[first] == NO) {
      throw new IllegalArgumentException("a split pattern that matches an empty text");
    }
    List<Integer> key = Arrays.stream(resolved).boxed().toList();
    return places.computeIfAbsent(key, absent -> new Place(resolved));
  }

  /** Where steps lead, before a character of a class; {@link #NO} and nothing after it at the end. */
  private final class Resolution {
    private final boolean atEnd;
    private final long membership;
    private final @Nullable Place after;
    /** By step, for which one it was last looked at. */
    private final int[] visits = new int[program.size()];

    private int visit;

    Resolution(int kind, @Nullable Place after) {
      this.atEnd = kind == NO;
      this.membership = atEnd ? 0 : classes.get(kind);
      this.after = after;
    }

    int of(int number) {
      visit++;
      return first(number);
    }

    /** A second way to a step leads nowhere new: so a repetition ends that takes nothing. */
    private int first(int number) {
      if (visits[number] == visit) {
        return NO;
      }
      visits[number] = visit;
      return found(number);
    }

    private int found(int number) {
      Step step = program.step(number);
      return switch (step) {
        case Match _ -> number;
        case Take take -> after != null && isIn(take.set()) && after.resolved[take.next()] != NO ? number : NO;
        case Look look -> (first(look.ahead()) != NO) != look.negated() ? first(look.next()) : NO;
        case AtEnd last -> atEnd ? first(last.next()) : NO;
        case Fork fork -> {
          int first = first(fork.first());
          yield first != NO ? first : first(fork.second());
        }
      };
    }

    private boolean isIn(int set) {
      return ((membership >>> set) & 1) != 0;
    }
  }
}
