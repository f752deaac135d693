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
  /** By step: what follows when it takes a character; {@link #NO} for others. */
  private final int[] following;
  private final AtomicReferenceArray<byte[]> pages = new AtomicReferenceArray<>((Character.MAX_CODE_POINT >> PAGE_BITS) + 1);
  private final List<Long> classes = new ArrayList<>();
  private final Map<List<Integer>, Place> places = new HashMap<>();
  private final Place end;

  private SplitPattern(SplitProgram program) {
    this.program = program;
    this.following = new int[program.size()];
    Arrays.setAll(following, step -> program.step(step) instanceof Take take ? take.next() : NO);
    this.end = place(new Resolution(NO, null));
  }

  /** @throws IllegalArgumentException if the pattern is malformed */
  static SplitPattern of(String pattern) {
    return new SplitPattern(SplitProgram.of(pattern));
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
    Place[] found = scratch.places(text.length() + 1);
    annotate(text, from, to, found);
    int start = program.start();
    int done = from;
    int at = from;
    while (at < to) {
      int step = found[at].resolved[start];
      if (step == NO) {
        at += width(text, at);
        continue;
      }
      if (at > done) {
        ends.add(at);
      }
      while (following[step] != NO) {
        at += width(text, at);
        step = found[at].resolved[following[step]];
      }
      done = at;
      ends.add(at);
    }
    if (done < to) {
      ends.add(to);
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
    if (first != NO && following[first] == NO) {
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

    Resolution(int kind, @Nullable Place after) {
      this.atEnd = kind == NO;
      this.membership = atEnd ? 0 : classes.get(kind);
      this.after = after;
    }

    int of(int number) {
      Step step = program.step(number);
      return switch (step) {
        case Match _ -> number;
        case Take take -> after != null && isIn(take.set()) && after.resolved[take.next()] != NO ? number : NO;
        case Look look -> isIn(look.set()) != look.negated() ? of(look.next()) : NO;
        case AtEnd last -> atEnd ? of(last.next()) : NO;
        case Fork fork -> {
          int first = of(fork.first());
          yield first != NO ? first : of(fork.second());
        }
      };
    }

    private boolean isIn(int set) {
      return ((membership >>> set) & 1) != 0;
    }
  }
}
