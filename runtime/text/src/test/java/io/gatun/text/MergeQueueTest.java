package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the definition: search all pairs for the best, join it, begin again. */
class MergeQueueTest {
  private final MergeQueue queue = new MergeQueue();

  @Test
  void joinsTheBestPairUntilThereIsNone() {
    var random = new Random(1);
    for (int round = 0; round < 5_000; round++) {
      Map<String, Integer> ranks = ranks(random);
      String text = letters(random, 1 + random.nextInt(30));
      assertEquals(byDefinition(text, ranks), byQueue(text, ranks), () -> text + ranks);
    }
  }

  private static Map<String, Integer> ranks(Random random) {
    var ranks = new HashMap<String, Integer>();
    for (int i = 0; i < 40; i++) {
      ranks.putIfAbsent(letters(random, 2 + random.nextInt(4)), random.nextInt(10));
    }
    return ranks;
  }

  private static String letters(Random random, int length) {
    var letters = new StringBuilder();
    for (int i = 0; i < length; i++) {
      letters.append((char) ('a' + random.nextInt(3)));
    }
    return letters.toString();
  }

  private static List<String> byDefinition(String text, Map<String, Integer> ranks) {
    var symbols = new ArrayList<String>();
    text.chars().forEach(character -> symbols.add(Character.toString(character)));
    while (true) {
      int best = -1;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        int rank = ranks.getOrDefault(symbols.get(i) + symbols.get(i + 1), Integer.MAX_VALUE);
        if (rank < bestRank) {
          bestRank = rank;
          best = i;
        }
      }
      if (best < 0) {
        return symbols;
      }
      symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
    }
  }

  private List<String> byQueue(String text, Map<String, Integer> ranks) {
    var ends = new int[text.length()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = i + 1;
    }
    queue.run(
        ends.length,
        new MergeQueue.Pairs() {
          @Override
          public int rank(int left, int right) {
            return ranks.getOrDefault(text.substring(left, ends[right]), MergeQueue.NONE);
          }

          @Override
          public void join(int left, int right) {
            ends[left] = ends[right];
          }
        });
    var symbols = new ArrayList<String>();
    for (int symbol = 0; symbol != MergeQueue.NONE; symbol = queue.next(symbol)) {
      symbols.add(text.substring(symbol, ends[symbol]));
    }
    return symbols;
  }
}
