package io.gatun.text;

import io.gatun.text.SplitSyntax.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * A split pattern as a list of steps that name each other, from the last to the first: K. Thompson's construction, 1968.
 * Immutable.
 */
final class SplitProgram {

  /** What to do at a place of the text. */
  sealed interface Step {}

  /** Takes a character of a set, by its number, and goes on. */
  record Take(int set, int next) implements Step {}

  /** Tries one, then the other. */
  record Fork(int first, int second) implements Step {}

  /** Goes on where what begins at the step {@code ahead} leads to a match, or does not. */
  record Look(int ahead, boolean negated, int next) implements Step {}

  /** Goes on at the end. */
  record AtEnd(int next) implements Step {}

  /** The pattern has matched. */
  record Match() implements Step {}

  /** The end of the numbers: a mask of 64 bits says in which sets a character is. */
  private static final int MAX_SETS = 64;
  private static final int MAX_STEPS = 4096;

  private final List<Step> steps = new ArrayList<>();
  private final List<CharacterSet> sets = new ArrayList<>();
  private final int start;

  private SplitProgram(Node pattern) {
    this.start = compile(pattern, add(new Match()));
  }

  /** @throws IllegalArgumentException if the pattern is malformed */
  static SplitProgram of(String pattern, SplitDialect dialect) {
    return new SplitProgram(SplitSyntax.parse(pattern, dialect));
  }

  int start() {
    return start;
  }

  int size() {
    return steps.size();
  }

  Step step(int number) {
    return steps.get(number);
  }

  /** Bit by bit, in which sets a character is. */
  long membership(int character) {
    long membership = 0;
    for (int set = 0; set < sets.size(); set++) {
      if (sets.get(set).contains(character)) {
        membership |= 1L << set;
      }
    }
    return membership;
  }

  private int add(Step step) {
    if (steps.size() == MAX_STEPS) {
      throw new IllegalArgumentException("a pattern of more than " + MAX_STEPS + " steps");
    }
    steps.add(step);
    return steps.size() - 1;
  }

  private int number(CharacterSet set) {
    int number = sets.indexOf(set);
    if (number >= 0) {
      return number;
    }
    if (sets.size() == MAX_SETS) {
      throw new IllegalArgumentException("a pattern of more than " + MAX_SETS + " character sets");
    }
    sets.add(set);
    return sets.size() - 1;
  }

  /** The number of the step where {@code node} begins, if {@code next} follows it. */
  private int compile(Node node, int next) {
    return switch (node) {
      case SplitSyntax.One one -> add(new Take(number(one.set()), next));
      case SplitSyntax.Sequence sequence -> {
        int begin = next;
        for (Node part : sequence.parts().reversed()) {
          begin = compile(part, begin);
        }
        yield begin;
      }
      case SplitSyntax.Choice choice -> {
        List<Node> tried = choice.alternatives().reversed();
        int begin = compile(tried.getFirst(), next);
        for (Node alternative : tried.subList(1, tried.size())) {
          begin = add(new Fork(compile(alternative, next), begin));
        }
        yield begin;
      }
      case SplitSyntax.Repeat repeat -> compile(repeat, next);
      case SplitSyntax.Ahead ahead -> add(new Look(compile(ahead.part(), add(new Match())), ahead.negated(), next));
      case SplitSyntax.End _ -> add(new AtEnd(next));
    };
  }

  private int compile(SplitSyntax.Repeat repeat, int next) {
    int begin = next;
    if (repeat.max() == SplitSyntax.UNBOUNDED) {
      int loop = add(new Match());
      steps.set(loop, fork(repeat, compile(repeat.part(), loop), next));
      begin = loop;
    } else {
      for (int i = repeat.min(); i < repeat.max(); i++) {
        begin = add(fork(repeat, compile(repeat.part(), begin), next));
      }
    }
    for (int i = 0; i < repeat.min(); i++) {
      begin = compile(repeat.part(), begin);
    }
    return begin;
  }

  private static Fork fork(SplitSyntax.Repeat repeat, int again, int next) {
    return repeat.lazy() ? new Fork(next, again) : new Fork(again, next);
  }
}
