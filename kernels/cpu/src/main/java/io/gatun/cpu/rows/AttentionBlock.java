package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.FLOAT;
import static io.gatun.cpu.rows.Memory.MEMORY;

import io.gatun.device.HostKvPool;
import io.gatun.device.KvPool;
import io.gatun.device.KvRegion;
import io.gatun.device.RowKernels.AttentionCall;
import io.gatun.device.Scratch;

/**
 * Attention of up to {@link #QUERIES} queries, heads × rows, over the keys and values of one head of one sequence: all
 * scores, softmax, then the weighted values, page by page. Every page is decoded once for all queries.
 *
 * <pre>
 *   score[j]  = Σ_d (scale · q[d]) · k[j, d]      fused, d in order
 *   score[j]  = softcap · tanh(score[j] / softcap)         where there is a cap
 *   score[j]  = score[j] − slope · |position − j|          where there are slopes
 *   score[j]  = score[j] + bias[j − position]              where there are biases
 *   weight[j] = e^(score[j] − max)                         the sink joins the maximum
 *   out[i]    = (Σ_j weight[j] · v[j, i]) / Σ_j weight[j]      fused, j in order; the sum as in RowLoops, then the sink's weight
 *
 *   scratch   q        f32 [queries][keyDim]
 *             scores   f32 [queries][capacity]     keys, in whole pages from the first that a query sees
 *             mixture  f32 [queries][paddedDim]
 *             piece    of a page, see KvPieces
 * </pre>
 *
 * <p>Lives for one call, which it does not leave, so that it costs no memory.
 */
final class AttentionBlock {
  /** Queries that share a page. */
  static final int QUERIES = 16;

  private static final int PAGE = KvPool.PAGE_TOKENS;
  private static final int KEYS = HostKvPool.KEYS;

  /** Queries of {@link RowLoops#four}. */
  private static final int FOUR = 4;

  private final RowLoops loops;
  /** Floats of its vectors, and their bytes. */
  private final int lanes;

  private final long vector;
  private final AttentionCall call;
  private final int row;
  private final int firstHead;
  private final int heads;
  private final int queries;
  private final int headKv;
  private final int[] pages;
  private final int begin;
  private final int longest;
  private final long qStride;
  private final long scoreStride;
  private final long mixtureStride;
  private final long q;
  private final long scores;
  private final long mixture;
  private final long piece;

  AttentionBlock(
      RowLoops loops, AttentionCall call, int row, int rows, int firstHead, int heads, Scratch scratch) {
    var spec = call.spec();
    this.loops = loops;
    lanes = loops.lanes();
    vector = (long) lanes * Float.BYTES;
    this.call = call;
    this.row = row;
    this.firstHead = firstHead;
    this.heads = heads;
    queries = rows * heads;
    headKv = firstHead / (spec.headCount() / spec.headCountKv());
    pages = call.rows().pages()[row];
    begin = begin(call, row, rows);
    longest = longest(call, row, rows);
    qStride = (long) spec.keyDim() * Float.BYTES;
    scoreStride = (long) (longest - begin + PAGE - 1) / PAGE * PAGE * Float.BYTES;
    mixtureStride = (long) KvPieces.paddedDim(spec.valueDim()) * Float.BYTES;
    long pieceBytes = KvPieces.room(PAGE, Math.max(spec.keyDim(), spec.valueDim()));
    long bytes = queries * (qStride + scoreStride + mixtureStride) + pieceBytes + PAGE;
    piece = scratch.block(bytes).address();
    scores = piece + pieceBytes;
    mixture = scores + queries * scoreStride;
    q = mixture + queries * mixtureStride;
  }

  /** The position that the first page begins with of which a row sees something. */
  private static int begin(AttentionCall call, int row, int rows) {
    int first = Integer.MAX_VALUE;
    for (int r = row; r < row + rows; r++) {
      first = Math.min(first, call.spec().first(call.rows().positions()[r]));
    }
    return first / PAGE * PAGE;
  }

  private static int longest(AttentionCall call, int row, int rows) {
    int longest = 0;
    for (int r = row; r < row + rows; r++) {
      longest = Math.max(longest, call.rows().ends()[r]);
    }
    return longest;
  }

  private int position(int query) {
    return call.rows().positions()[row + query / heads];
  }

  /** The first key that a query sees. */
  private int first(int query) {
    return call.spec().first(position(query));
  }

  /** The end of the keys that a query sees. */
  private int count(int query) {
    return call.rows().ends()[row + query / heads];
  }

  /** Flat number of a query's head among all heads of all rows. */
  private long unit(int query) {
    return (long) (row + query / heads) * call.spec().headCount() + firstHead + query % heads;
  }

  void run() {
    loadQueries();
    Memory.clear(scores, queries * scoreStride);
    Memory.clear(mixture, queries * mixtureStride);
    KvRegion keys = call.pool().keys(call.layer());
    for (int first = begin; first < longest; first += PAGE) {
      scorePage(keys, first);
    }
    for (int query = 0; query < queries; query++) {
      MEMORY.set(FLOAT, q + query * qStride, weights(query)); // the query itself has served
    }
    KvRegion values = call.pool().values(call.layer());
    for (int first = begin; first < longest; first += PAGE) {
      mixPage(values, first);
    }
    storeMixtures();
  }

  /** Turns scores into weights; returns their sum. */
  private float weights(int query) {
    var spec = call.spec();
    int head = firstHead + query % heads;
    long row = scores + query * scoreStride;
    int count = count(query) - begin;
    if (spec.softcap() > 0) {
      loops.softcap(row, spec.softcap(), count);
    }
    if (spec.slopes().length > 0) {
      loops.slope(row, spec.slopes()[head], position(query) - begin, count);
    }
    if (spec.biases().length > 0) {
      addBiases(row, head, position(query) - begin, count);
    }
    float sink = spec.sinks().length > 0 ? spec.sinks()[head] : Float.NEGATIVE_INFINITY;
    return Softmax.weights(loops, row, first(query) - begin, count, sink);
  }

  /** @param position of the query among the keys */
  private void addBiases(long row, int head, int position, int count) {
    for (int key = 0; key < count; key++) {
      long at = row + (long) key * Float.BYTES;
      MEMORY.set(FLOAT, at, MEMORY.get(FLOAT, at) + call.spec().bias(head, key - position));
    }
  }

  private void loadQueries() {
    int dim = call.spec().keyDim();
    for (int query = 0; query < queries; query++) {
      long source = call.q().segment().address() + unit(query) * qStride;
      loops.scale(source, call.spec().scale(), q + query * qStride, dim);
    }
  }

  private void scorePage(KvRegion region, int first) {
    int dim = region.dim();
    long page = call.pool().page(pages[first / PAGE]).address();
    int tokens = Math.min(PAGE, longest - first);
    long m = KvPieces.keys(loops, region, page, headKv, tokens, piece);
    long step = (long) KEYS * Float.BYTES;
    int query = 0;
    for (; query <= queries - FOUR; query += FOUR) {
      int most = 0;
      for (int i = query; i < query + FOUR; i++) {
        most = Math.max(most, Math.min(PAGE, count(i) - first));
      }
      long out = scores + query * scoreStride + (long) (first - begin) * Float.BYTES;
      for (int key = 0; key < most; key += 2 * lanes) {
        long at = m + keyOffset(key, dim);
        long second = keyOffset(key + lanes, dim) - keyOffset(key, dim);
        loops.four(
            q + query * qStride, qStride, at, step, second, dim, out + (long) key * Float.BYTES, scoreStride);
      }
    }
    for (; query < queries; query++) {
      int most = Math.min(PAGE, count(query) - first);
      long out = scores + query * scoreStride + (long) (first - begin) * Float.BYTES;
      for (int key = 0; key < most; key += 4 * lanes) {
        long at = keyOffset(key, dim);
        long second = keyOffset(key + lanes, dim) - at;
        long third = keyOffset(key + 2 * lanes, dim) - at;
        long fourth = keyOffset(key + 3 * lanes, dim) - at;
        loops.one(
            q + query * qStride, m + at, step, second, third, fourth, dim, out + (long) key * Float.BYTES);
      }
    }
  }

  /** Bytes from a piece's start to the vector that begins with a key: {@code [key / 16][dim][16]}. */
  private static long keyOffset(int key, int dim) {
    return ((long) (key / KEYS) * dim * KEYS + key % KEYS) * Float.BYTES;
  }

  private void mixPage(KvRegion region, int first) {
    long page = call.pool().page(pages[first / PAGE]).address();
    long m = KvPieces.values(loops, region, page, headKv, Math.min(PAGE, longest - first), piece);
    long step = KvPieces.valueStride(region);
    int query = 0;
    for (; query <= queries - FOUR; query += FOUR) {
      int from = 0;
      int to = PAGE;
      for (int i = query; i < query + FOUR; i++) {
        from = Math.max(from, first(i) - first);
        to = Math.min(to, count(i) - first);
      }
      if (from >= to) {
        from = 0;
        to = 0;
      }
      for (int i = query; i < query + FOUR; i++) {
        mix(i, first, 0, from, m, step);
      }
      long a = scores + query * scoreStride + (long) (first - begin + from) * Float.BYTES;
      long start = m + from * step;
      for (long at = 0; to > from && at < mixtureStride; at += 2 * vector) {
        loops.four(
            a, scoreStride, start + at, step, vector, to - from, mixture + query * mixtureStride + at, mixtureStride);
      }
      for (int i = query; i < query + FOUR; i++) {
        mix(i, first, to, PAGE, m, step);
      }
    }
    for (; query < queries; query++) {
      mix(query, first, 0, PAGE, m, step);
    }
  }

  /** Adds the values of a page's tokens {@code low} to {@code high}, exclusive, as far as the query sees them. */
  private void mix(int query, int first, int low, int high, long m, long step) {
    int from = Math.max(low, first(query) - first);
    int count = Math.min(high, count(query) - first) - from;
    if (count <= 0) {
      return;
    }
    long a = scores + query * scoreStride + (long) (first - begin + from) * Float.BYTES;
    long out = mixture + query * mixtureStride;
    long start = m + from * step;
    long at = 0;
    for (; at <= mixtureStride - 4 * vector; at += 4 * vector) {
      loops.one(a, start + at, step, vector, 2 * vector, 3 * vector, count, out + at);
    }
    for (; at < mixtureStride; at += 2 * vector) {
      loops.pair(a, start + at, step, vector, count, out + at);
    }
  }

  private void storeMixtures() {
    int dim = call.spec().valueDim();
    for (int query = 0; query < queries; query++) {
      float total = MEMORY.get(FLOAT, q + query * qStride);
      long target = call.out().segment().address() + unit(query) * dim * Float.BYTES;
      loops.divide(mixture + query * mixtureStride, total, target, dim);
    }
  }
}
