package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.KvType;
import io.gatun.device.ReferenceDevice;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Logits do not depend on how tokens are grouped: equal to the bit, never close. */
@Execution(ExecutionMode.CONCURRENT)
class SameBitsTest {

  static Stream<Arguments> models() {
    return Stream.of("llama-Q4_K_M", "llama-Q2_K", "mixtral", "qwen3", "llama-rope-yarn", "stories260K-q4_0")
        .flatMap(
            name ->
                Stream.of(ActivationPrecision.values())
                    .filter(precision -> precision != ActivationPrecision.NATIVE)
                    .flatMap(precision -> Stream.of(KvType.values()).map(type -> Arguments.of(name, precision, type))));
  }

  @ParameterizedTest
  @MethodSource("models")
  void sameInChunksOfAnySize(String name, ActivationPrecision precision, KvType cacheType) {
    int[] ids = ids(name);
    try (Model model = open(name);
        var device = new ReferenceDevice(precision)) {
      List<float[]> alone = ReferenceModel.compute(model, device, cacheType, 512, ids, 1);
      for (int chunk : new int[] {7, 64, 128}) {
        List<float[]> chunked = ReferenceModel.compute(model, device, cacheType, 512, ids, chunk);
        for (int i = 0; i < ids.length; i++) {
          assertArrayEquals(alone.get(i), chunked.get(i), 0f, "chunk " + chunk + " position " + i);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void sameBesideOthersForkedAndResumed(String name, ActivationPrecision precision, KvType cacheType) {
    int[] ids = ids(name);
    int[] other = ids.clone();
    for (int i = 0; i < other.length; i++) {
      other[i] = ids[ids.length - 1 - i];
    }
    try (Model model = open(name);
        var device = new ReferenceDevice(precision)) {
      float[] expected = ReferenceModel.compute(model, device, cacheType, 512, ids, 1).getLast();
      var forward = new Forward(model, device, 512, cacheType, cacheType, 256);
      KvCache cache = forward.newCache();
      KvCache neighbour = forward.newCache();
      var batch = new Batch();
      batch.add(neighbour, other, 0, 50, Batch.Logits.ALL);
      batch.add(cache, ids, 0, 30, Batch.Logits.NONE);
      forward.run(batch, (row, logits) -> {});

      // a fork writes on: the original must not notice, though they share a page
      KvCache fork = cache.fork();
      batch.clear();
      batch.add(fork, other, 0, 40, Batch.Logits.NONE);
      batch.add(cache, ids, 30, 90, Batch.Logits.NONE);
      forward.run(batch, (row, logits) -> {});
      cache.truncate(65);
      fork.close();

      // resumed after forgetting some, beside another
      batch.clear();
      batch.add(neighbour, other, 50, 60, Batch.Logits.LAST);
      batch.add(cache, ids, 65, ids.length, Batch.Logits.LAST);
      var last = new float[2][];
      var seen = new int[1];
      forward.run(batch, (row, logits) -> last[seen[0]++] = logits.clone());
      assertArrayEquals(expected, last[1], 0f);
      cache.close();
      neighbour.close();
      assertEquals(0, forward.pages().inUse(), "pages leaked");
    }
  }

  private static Model open(String name) {
    return new ReferenceModel(name, ReferenceModel.of("llama").facts()).open();
  }

  private static int[] ids(String name) {
    return Arrays.copyOf(ReferenceModel.of(name.startsWith("stories") ? "llama" : name).prompt("long"), 130);
  }
}
