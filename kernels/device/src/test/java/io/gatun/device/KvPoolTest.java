package io.gatun.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages, their layout, and attention over them. */
class KvPoolTest {
  private final Device device = new ReferenceDevice(ActivationPrecision.F32);

  @AfterEach
  void close() {
    device.close();
  }

  private HostKvPool pool(KvType keys, KvType values, KvLayout.Layer... layers) {
    return (HostKvPool) device.kvPool(new KvLayout(List.of(layers), keys, values));
  }

  private static KvRows rows(int[] pages, int first, int count) {
    var all = new int[count][];
    var positions = new int[count];
    for (int i = 0; i < count; i++) {
      all[i] = pages;
      positions[i] = first + i;
    }
    return new KvRows(all, positions);
  }

  @Test
  void pagesAreCountedReusedAndCopied() {
    HostKvPool pool = pool(KvType.F32, KvType.F32, new KvLayout.Layer(1, 2, 2));
    assertEquals(64 * 2 * 4 * 2, pool.pageBytes());
    int a = pool.allocate();
    int b = pool.allocate();
    assertNotEquals(a, b);
    assertEquals(2, pool.pagesInUse());
    pool.page(a).fill((byte) 7);
    int c = pool.copy(a);
    assertEquals(-1, pool.page(c).mismatch(pool.page(a)));
    pool.page(c).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    assertEquals(7, pool.page(a).get(ValueLayout.JAVA_BYTE, 0));
    pool.release(b);
    assertEquals(2, pool.pagesInUse());
    assertThrows(IllegalArgumentException.class, () -> pool.release(b));
    assertThrows(IllegalArgumentException.class, () -> pool.copy(b));
    assertThrows(IllegalArgumentException.class, () -> pool.release(-1));
    assertEquals(b, pool.allocate());
    var many = new int[100];
    Arrays.setAll(many, _ -> pool.allocate());
    assertEquals(103, Arrays.stream(many).distinct().count() + 3);
    assertEquals(103, pool.pagesInUse());
    device.close();
    assertThrows(IllegalStateException.class, pool::allocate);
  }

  @Test
  void keysAreInterleavedBySixteenAndValuesAreNot() {
    HostKvPool pool = pool(KvType.F32, KvType.F32, new KvLayout.Layer(2, 3, 5), new KvLayout.Layer(1, 8, 8));
    int page = pool.allocate();
    int[] pages = {page};
    Buffer k = device.buffer(64, 6);
    Buffer v = device.buffer(64, 10);
    device.write(Samples.gaussians(64 * 6, new Random(1)), k);
    device.write(Samples.gaussians(64 * 10, new Random(2)), v);
    device.append(pool, 0, k, v, rows(pages, 0, 64));
    long values = 2 * 64 * 3 * 4; // 768 bytes a head: a multiple of 64
    for (int t = 0; t < 64; t++) {
      for (int h = 0; h < 2; h++) {
        for (int d = 0; d < 3; d++) {
          int index = h * 64 * 3 + (t / 16 * 3 + d) * 16 + t % 16;
          assertEquals(Samples.row(device, k, t)[h * 3 + d], pool.page(page).get(ValueLayout.JAVA_FLOAT, index * 4L));
        }
        for (int d = 0; d < 5; d++) {
          int index = h * 64 * 5 + t * 5 + d;
          assertEquals(
              Samples.row(device, v, t)[h * 5 + d], pool.page(page).get(ValueLayout.JAVA_FLOAT, values + index * 4L));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void aRoundTripKeepsWhatTheTypeKeeps(KvType type) {
    for (int dim : new int[] {8, 32, 40, 128}) {
      HostKvPool pool = pool(type, type, new KvLayout.Layer(2, dim, dim));
      int page = pool.allocate();
      float[] written = Samples.gaussians(64 * 2 * dim, new Random(dim));
      Buffer kv = Samples.buffer(device, 64, 2 * dim, written);
      device.append(pool, 0, kv, kv, rows(new int[] {page}, 0, 64));
      for (int head = 0; head < 2; head++) {
        var keys = new float[64 * dim];
        var values = new float[64 * dim];
        pool.keys(0).load(pool.page(page), head, 0, 64, keys);
        pool.values(0).load(pool.page(page), head, 0, 64, values);
        for (int t = 0; t < 64; t++) {
          float[] expected = stored(type, Arrays.copyOfRange(written, (t * 2 + head) * dim, (t * 2 + head + 1) * dim));
          for (int d = 0; d < dim; d++) {
            assertEquals(expected[d], keys[(t / 16 * dim + d) * 16 + t % 16], type + " key " + t + " " + d);
            assertEquals(expected[d], values[t * dim + d], type + " value " + t + " " + d);
          }
        }
      }
    }
  }

  /** What comes back of a head's values. */
  private static float[] stored(KvType type, float[] head) {
    var result = new float[head.length];
    for (int i = 0; i < head.length; i++) {
      result[i] =
          switch (type) {
            case F32 -> head[i];
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(head[i]));
            case Q8_0 -> {
              float max = 0;
              for (int j = i / 32 * 32; j < Math.min(head.length, i / 32 * 32 + 32); j++) {
                max = Math.max(max, Math.abs(head[j]));
              }
              float scale = Float.float16ToFloat(Float.floatToFloat16(max / 127));
              yield (int) Math.rint(head[i] * (127 / max)) * scale;
            }
          };
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({"F32,F32", "F16,F16", "Q8_0,Q8_0", "F16,Q8_0"})
  void attentionOverPagesIsTheSoftmaxOverStoredKeys(KvType keyType, KvType valueType) {
    int tokens = 150;
    var spec = new AttentionSpec(6, 2, 8, 12, 0.35f);
    HostKvPool pool = pool(keyType, valueType, new KvLayout.Layer(1, 4, 4), new KvLayout.Layer(2, 8, 12));
    int[] pages = {pool.allocate(), pool.allocate(), pool.allocate()};
    int swap = pages[0]; // page order is the sequence's, not the pool's
    pages[0] = pages[2];
    pages[2] = swap;
    float[] k = Samples.gaussians(tokens * 16, new Random(1));
    float[] v = Samples.gaussians(tokens * 24, new Random(2));
    float[] q = Samples.gaussians(tokens * 48, new Random(3));
    KvRows rows = rows(pages, 0, tokens);
    device.append(pool, 1, Samples.buffer(device, tokens, 16, k), Samples.buffer(device, tokens, 24, v), rows);
    Buffer out = device.buffer(tokens, 72);
    device.attention(Samples.buffer(device, tokens, 48, q), pool, 1, spec, rows, out);
    for (int r = 0; r < tokens; r++) {
      float[] found = Samples.row(device, out, r);
      for (int h = 0; h < 6; h++) {
        double[] expected = naive(keyType, valueType, spec, k, v, Arrays.copyOfRange(q, r * 48 + h * 8, r * 48 + h * 8 + 8), h / 3, r);
        for (int d = 0; d < 12; d++) {
          assertEquals(expected[d], found[h * 12 + d], 1e-6, "row " + r + " head " + h);
        }
      }
    }
  }

  private static double[] naive(
      KvType keyType, KvType valueType, AttentionSpec spec, float[] k, float[] v, float[] q, int headKv, int last) {
    var result = new double[spec.valueDim()];
    double total = 0;
    for (int j = 0; j <= last; j++) {
      int kStart = (j * spec.headCountKv() + headKv) * spec.keyDim();
      int vStart = (j * spec.headCountKv() + headKv) * spec.valueDim();
      float[] key = stored(keyType, Arrays.copyOfRange(k, kStart, kStart + spec.keyDim()));
      float[] value = stored(valueType, Arrays.copyOfRange(v, vStart, vStart + spec.valueDim()));
      double score = 0;
      for (int d = 0; d < spec.keyDim(); d++) {
        score += (double) q[d] * key[d];
      }
      double weight = Math.exp(score * spec.scale());
      total += weight;
      for (int d = 0; d < spec.valueDim(); d++) {
        result[d] += weight * value[d];
      }
    }
    for (int d = 0; d < spec.valueDim(); d++) {
      result[d] /= total;
    }
    return result;
  }

  @Test
  void rowsOfSeveralSequencesAreTheSameAloneAndTogether() {
    var spec = new AttentionSpec(2, 1, 8, 8, 0.3f);
    HostKvPool pool = pool(KvType.F16, KvType.F16, new KvLayout.Layer(1, 8, 8));
    int[] one = {pool.allocate(), pool.allocate()};
    int[] two = {pool.allocate(), pool.allocate()};
    float[] kv = Samples.gaussians(100 * 8, new Random(4));
    Buffer values = Samples.buffer(device, 100, 8, kv);
    device.append(pool, 0, values, values, rows(one, 0, 100));
    device.scale(values, -2);
    device.append(pool, 0, values, values, rows(two, 0, 100));
    Buffer q = Samples.buffer(device, 3, 16, Samples.gaussians(48, new Random(5)));
    int[][] pages = {one, two, one};
    int[] positions = {99, 70, 3};
    Buffer together = device.buffer(3, 16);
    device.attention(q, pool, 0, spec, new KvRows(pages, positions), together);
    for (int r = 0; r < 3; r++) {
      Buffer alone = device.buffer(1, 16);
      Buffer single = Samples.buffer(device, 1, 16, Samples.row(device, q, r));
      device.attention(single, pool, 0, spec, new KvRows(new int[][] {pages[r]}, new int[] {positions[r]}), alone);
      assertArrayEquals(Samples.row(device, together, r), Samples.row(device, alone, 0));
    }
  }

  @Test
  void aNanAmongValuesIsNotSwallowedByQ8() {
    HostKvPool pool = pool(KvType.Q8_0, KvType.Q8_0, new KvLayout.Layer(1, 8, 8));
    int[] pages = {pool.allocate()};
    var values = new float[8];
    values[3] = Float.NaN;
    Buffer kv = Samples.buffer(device, 1, 8, values);
    device.append(pool, 0, kv, kv, rows(pages, 0, 1));
    Buffer out = device.buffer(1, 8);
    device.attention(kv, pool, 0, new AttentionSpec(1, 1, 8, 8, 1), rows(pages, 0, 1), out);
    assertTrue(Float.isNaN(Samples.row(device, out, 0)[0]));
  }

  @Test
  void pagesNotInUseAreRefused() {
    HostKvPool pool = pool(KvType.F32, KvType.F32, new KvLayout.Layer(1, 2, 2));
    int page = pool.allocate();
    Buffer kv = device.buffer(1, 2);
    var refused = IllegalArgumentException.class;
    assertThrows(refused, () -> device.append(pool, 0, kv, kv, rows(new int[] {page + 1}, 0, 1)));
    assertThrows(refused, () -> device.append(pool, 0, kv, kv, rows(new int[] {page}, 64, 1)));
    assertThrows(refused, () -> device.append(pool, 1, kv, kv, rows(new int[] {page}, 0, 1)));
    assertThrows(refused, () -> device.append(pool, 0, device.buffer(1, 3), kv, rows(new int[] {page}, 0, 1)));
    pool.release(page);
    assertThrows(refused, () -> device.append(pool, 0, kv, kv, rows(new int[] {page}, 0, 1)));
  }
}
