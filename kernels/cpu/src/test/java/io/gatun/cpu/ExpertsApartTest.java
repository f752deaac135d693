package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.gatun.conformance.Operands;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.Matrix;
import io.gatun.device.ReferenceDevice;
import io.gatun.device.Routing;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.IntegerCodes;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.RowsEncoding;
import io.gatun.tensors.StackedEncoding;
import io.gatun.tensors.TensorData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Experts that lie apart are computed as those that follow each other, and rows of a matrix as the matrix. */
class ExpertsApartTest {
  private static final int EXPERTS = 3;
  private static final int ROWS = 24;
  private static final int COLS = 96;
  private static final int TOKENS = 5;

  /** Two experts a token, one of them used by nobody. */
  private static final Routing ROUTING =
      new Routing(2, new int[] {2, 0, 0, 2, 2, 0, 0, 2, 2, 0}, new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1});

  private static Stream<Device> devices(ActivationPrecision precision) {
    return Stream.of(new ReferenceDevice(precision), new CpuDevice(2, KernelTable.scalar(), precision));
  }

  private static float[] read(Device device, Buffer buffer) {
    int cols = (int) buffer.cols();
    var all = new float[(int) buffer.rows() * cols];
    var row = new float[cols];
    for (int i = 0; i < buffer.rows(); i++) {
      device.read(buffer, i, row);
      System.arraycopy(row, 0, all, i * cols, cols);
    }
    return all;
  }

  private static Buffer activations(Device device) {
    var random = new SplittableRandom(3);
    var values = new float[TOKENS * COLS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    Buffer x = device.buffer(TOKENS, COLS);
    device.write(values, x);
    return x;
  }

  private static float[] products(Device device, TensorData experts) {
    Buffer out = device.buffer(ROUTING.slots(), ROWS);
    device.matmulExperts(activations(device), device.load(experts), ROUTING, out);
    return read(device, out);
  }

  private static float[] product(Device device, TensorData weights) {
    Matrix matrix = device.load(weights);
    Buffer out = device.buffer(TOKENS, matrix.rows());
    device.matmul(activations(device), matrix, out);
    return read(device, out);
  }

  private static TensorData apart(TensorData together) {
    long bytes = together.byteSize() / EXPERTS;
    return StackedEncoding.stack(
        "apart",
        IntStream.range(0, EXPERTS)
            .mapToObj(
                i ->
                    new TensorData(
                        "expert" + i,
                        together.shape().subList(1, 3),
                        together.encoding(),
                        List.of(together.bytes().asSlice(i * bytes, bytes))))
            .toList());
  }

  @ParameterizedTest
  @EnumSource(ActivationPrecision.class)
  void theBitsAreThoseOfExpertsThatFollowEachOther(ActivationPrecision precision) {
    for (Encoding encoding : List.of(Encodings.F32, Encodings.BF16, Encodings.Q8_0, Encodings.Q4_1)) {
      TensorData together = Operands.weights(encoding, EXPERTS, ROWS, COLS, new SplittableRandom(5));
      devices(precision)
          .forEach(
              device -> {
                try (device) {
                  assertArrayEquals(products(device, together), products(device, apart(together)), encoding.id());
                }
              });
    }
  }

  /** Each expert has its own order of columns. */
  @ParameterizedTest
  @EnumSource(ActivationPrecision.class)
  void permutedExpertsAreThoseThatStandAlone(ActivationPrecision precision) {
    var parts = new ArrayList<TensorData>();
    for (int i = 0; i < EXPERTS; i++) {
      parts.add(Permuted.random("expert" + i, i > 0, new SplittableRandom(i)));
    }
    devices(precision)
        .forEach(
            device -> {
              try (device) {
                float[] slots = products(device, StackedEncoding.stack("experts", parts));
                for (int slot = 0; slot < ROUTING.slots(); slot++) {
                  float[] alone = product(device, parts.get(ROUTING.experts()[slot]));
                  int token = slot / 2;
                  for (int row = 0; row < ROWS; row++) {
                    assertSameBits(alone[token * ROWS + row], slots[slot * ROWS + row]);
                  }
                }
              }
            });
  }

  private static void assertSameBits(float expected, float found) {
    assertArrayEquals(new float[] {expected}, new float[] {found});
  }

  @Test
  void rowsOfAMatrixInPlanes() {
    TensorData whole = Permuted.random("whole", true, new SplittableRandom(9));
    TensorData part = RowsEncoding.of(whole, 5, 7);
    devices(ActivationPrecision.Q8)
        .forEach(
            device -> {
              try (device) {
                float[] all = product(device, whole);
                float[] some = product(device, part);
                for (int token = 0; token < TOKENS; token++) {
                  for (int row = 0; row < 7; row++) {
                    assertSameBits(all[token * ROWS + 5 + row], some[token * 7 + row]);
                  }
                }
              }
            });
  }

  /** A byte a code, in an order of columns of its own, with a scale for each 32 of them. */
  private record Permuted(List<Integer> order) implements MatrixEncoding {
    private static final int GROUP = 32;
    private static final float SCALE = 0.01f;

    static TensorData random(String name, boolean permuted, SplittableRandom random) {
      var order = new ArrayList<>(IntStream.range(0, COLS).boxed().toList());
      for (int i = COLS - 1; i > 0 && permuted; i--) {
        order.set(i, order.set(random.nextInt(i + 1), order.get(i)));
      }
      var codes = new byte[ROWS * COLS];
      random.nextBytes(codes);
      var encoding = new Permuted(permuted ? List.copyOf(order) : List.of());
      return new TensorData(name, List.of((long) ROWS, (long) COLS), encoding, List.of(MemorySegment.ofArray(codes)));
    }

    private static byte code(List<MemorySegment> planes, long row, int packed) {
      return planes.getFirst().get(ValueLayout.JAVA_BYTE, row * COLS + packed);
    }

    private static float scale(long row, int packed) {
      return SCALE * (1 + row + packed / GROUP);
    }

    @Override
    public String id() {
      return "permuted";
    }

    @Override
    public void decode(List<MemorySegment> planes, Region region, float[] target, int start) {
      for (int i = 0; i < region.rows(); i++) {
        for (int packed = 0; packed < COLS; packed++) {
          int column = order.isEmpty() ? packed : order.get(packed);
          long row = region.row() + i;
          target[start + i * COLS + column] = code(planes, row, packed) * scale(row, packed);
        }
      }
    }

    @Override
    public Optional<IntegerCodes> codes() {
      return Optional.of(new Codes(order.stream().mapToInt(Integer::intValue).toArray()));
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Codes(int[] permutation) implements IntegerCodes {
      @Override
      public int groupLength() {
        return GROUP;
      }

      @Override
      public int largest() {
        return Byte.MAX_VALUE + 1;
      }

      @Override
      public boolean hasMinimum() {
        return false;
      }

      @Override
      public void unpack(
          List<MemorySegment> planes, Region region, byte[] codes, float[] scales, float[] minimums) {
        for (int i = 0; i < region.rows(); i++) {
          for (int packed = 0; packed < COLS; packed++) {
            codes[i * COLS + packed] = code(planes, region.row() + i, packed);
            scales[(i * COLS + packed) / GROUP] = scale(region.row() + i, packed);
          }
        }
      }
    }
  }
}
