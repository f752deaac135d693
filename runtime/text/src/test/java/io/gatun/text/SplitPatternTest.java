package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the JDK's backtracking search, on random patterns and texts. */
class SplitPatternTest {
  private static final int PATTERNS = 3_000;
  private static final List<String> SETS = List.of("a", "b", "[ab]", "[^a]", "[bc]", "\\s", "\\S", "[^\\sa]", "[a-c&&[^b]]");

  @Test
  void findsWhatBacktrackingFinds() {
    var random = new Random(1);
    int compared = 0;
    while (compared < PATTERNS) {
      String pattern = choice(random, 3);
      if (!Pattern.compile(pattern).matcher("").matches()) {
        compared += compare(pattern, random);
      }
    }
  }

  private static int compare(String pattern, Random random) {
    SplitPattern split = SplitPattern.of(pattern);
    for (int i = 0; i < 20; i++) {
      String text = text(random);
      if (matchesNothing(pattern, text)) {
        return 0;
      }
      assertEquals(backtracking(pattern, text), pieces(split, text), pattern);
    }
    return 1;
  }

  /** Whether the pattern matches an empty text anywhere, which is refused. */
  private static boolean matchesNothing(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    for (int from = 0; from <= text.length(); from++) {
      if (matcher.region(from, text.length()).lookingAt() && matcher.end() == from) {
        return true;
      }
    }
    return false;
  }

  private static List<String> backtracking(String pattern, String text) {
    var pieces = new ArrayList<String>();
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    int done = 0;
    while (matcher.find()) {
      if (matcher.start() > done) {
        pieces.add(text.substring(done, matcher.start()));
      }
      pieces.add(matcher.group());
      done = matcher.end();
    }
    if (done < text.length()) {
      pieces.add(text.substring(done));
    }
    return pieces;
  }

  private static List<String> pieces(SplitPass pass, String text) {
    var ends = new IdBuffer();
    pass.cut(text, 0, text.length(), new SplitPass.Scratch(), ends);
    var pieces = new ArrayList<String>();
    int start = 0;
    for (int end : ends.toArray()) {
      pieces.add(text.substring(start, end));
      start = end;
    }
    return pieces;
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int i = 1 + random.nextInt(12); i > 0; i--) {
      text.append("abc \n".charAt(random.nextInt(5)));
    }
    return text.toString();
  }

  private static String choice(Random random, int depth) {
    var choice = new StringBuilder(sequence(random, depth));
    for (int i = random.nextInt(3); i > 0; i--) {
      choice.append('|').append(sequence(random, depth));
    }
    return choice.toString();
  }

  private static String sequence(Random random, int depth) {
    var sequence = new StringBuilder();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      String set = SETS.get(random.nextInt(SETS.size()));
      boolean group = depth > 0 && random.nextInt(4) == 0;
      // A group that may match nothing must not repeat: the JDK and the standard differ about what it then takes.
      String part = group ? "(?:" + SETS.getFirst() + sequence(random, depth - 1) + "|" + set + ")" : set;
      sequence.append(part).append(quantifier(random));
    }
    return switch (random.nextInt(6)) {
      case 0 -> sequence + "(?!\\S)";
      case 1 -> sequence + "(?=[bc])";
      default -> sequence.toString();
    };
  }

  private static String quantifier(Random random) {
    return List.of("", "", "?", "*", "+", "{2}", "{1,3}").get(random.nextInt(7));
  }

  @Test
  void dollarIsTheEndOfThePiece() {
    assertEquals(List.of("  a", "  "), pieces(SplitPattern.of("\\s+$"), "  a  "));
    assertEquals(List.of("a", "\n"), pieces(SplitPattern.of("\\s+$"), "a\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a*", "a|", "(a", "a)", "[a", "\\p{Greek}", "a{", "a{x}"})
  void refusesWhatItCannotDo(String pattern) {
    assertThrows(IllegalArgumentException.class, () -> SplitPattern.of(pattern));
  }

  @Test
  void refusesToMatchNothing() {
    SplitPattern ahead = SplitPattern.of("(?=a)");
    assertThrows(IllegalArgumentException.class, () -> pieces(ahead, "ba"));
  }

  @Test
  void everyPreTokenizerCutsWithoutLoss() {
    var texts = new RandomText(new Random(2));
    for (PreTokenizer pre : PreTokenizer.values()) {
      WordSplitter splitter = pre.splitter();
      for (int i = 0; i < 300; i++) {
        String text = texts.next() + "x";
        int[] ends = splitter.ends(text).toArray();
        assertEquals(text.length(), ends[ends.length - 1]);
        for (int word = 1; word < ends.length; word++) {
          assertTrue(ends[word - 1] < ends[word], pre + ": " + text);
        }
      }
    }
  }
}
