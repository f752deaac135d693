package io.gatun.conformance;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.KvLayout;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.Matrix;
import io.gatun.device.ReferenceDevice;
import io.gatun.device.Routing;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a {@link Device} must do, through its interface alone: every operation close to {@link ReferenceDevice}, or equal where
 * its description says so; each row with the same bits alone, in chunks and in any company; wrong shapes and late calls
 * refused. Immutable.
 *
 * @param name for messages
 * @param devices ways to open the device that must not change a bit, such as numbers of threads; at least one
 * @param tolerance of results in floating point
 */
public record DeviceContract(
    String name, List<Function<ActivationPrecision, Device>> devices, Tolerance tolerance) {

  public DeviceContract {
    devices = List.copyOf(devices);
  }

  /** One check per operation, encoding and precision, then those of refusals. */
  public Stream<Check> checks() {
    Stream<Check> rows =
        RowOperations.all().map(operation -> new Check(name + " " + operation.name(), () -> verify(operation)));
    Stream<Check> others =
        Stream.of(
            check("loadVector", this::loadsVectors),
            check("pages", DeviceContract::keepsPages),
            check("shapes", DeviceContract::refusesShapes),
            check("close", DeviceContract::refusesAfterClose));
    return Stream.concat(rows, others);
  }

  private Check check(String what, Consumer<Device> body) {
    return new Check(
        name + " " + what,
        () -> {
          try (Device device = devices.getFirst().apply(ActivationPrecision.Q8)) {
            body.accept(device);
          }
        });
  }

  private void verify(RowOperation operation) {
    int[] all = IntStream.range(0, operation.rows()).toArray();
    float[][] expected;
    try (Device reference = new ReferenceDevice(operation.precision())) {
      expected = operation.run(reference, all);
    }
    Tolerance allowed = operation.isExact() ? new Tolerance.Exact() : tolerance;
    float[][] first = null;
    for (Function<ActivationPrecision, Device> opened : devices) {
      try (Device device = opened.apply(operation.precision())) {
        float[][] found = operation.run(device, all);
        if (first == null) {
          first = found;
          allowed.verify(Operands.joined(expected), Operands.joined(found), device.describe());
        }
        Comparison.same(Operands.joined(first), Operands.joined(found), device.describe());
        alike(operation, device, found);
      }
    }
  }

  /** Alone, in chunks, and in an order of their own with some rows twice. */
  private static void alike(RowOperation operation, Device device, float[][] found) {
    for (int length : new int[] {1, 5}) {
      for (int from = 0; from < found.length; from += length) {
        same(operation, device, found, IntStream.range(from, Math.min(found.length, from + length)).toArray());
      }
    }
    same(operation, device, found, new SplittableRandom(1).ints(33, 0, found.length).toArray());
  }

  private static void same(RowOperation operation, Device device, float[][] found, int... rows) {
    float[][] again = operation.run(device, rows);
    for (int r = 0; r < rows.length; r++) {
      Comparison.same(
          found[rows[r]], again[r], "%s, row %d in a batch of %d".formatted(device.describe(), rows[r], rows.length));
    }
  }

  private void loadsVectors(Device device) {
    try (Device reference = new ReferenceDevice(ActivationPrecision.Q8)) {
      for (var encoding : List.of(Encodings.F32, Encodings.F16, Encodings.BF16)) {
        TensorData vector = Operands.weights(encoding, 1, 1, 77, new SplittableRandom(1));
        float[] expected = Operands.all(reference, reference.loadVector(vector));
        Comparison.same(expected, Operands.all(device, device.loadVector(vector)), encoding.id());
      }
    }
  }

  private static void keepsPages(Device device) {
    var layout = new KvLayout(List.of(new KvLayout.Layer(2, 8, 8)), KvType.F16, KvType.Q8_0);
    KvPool pool = device.kvPool(layout);
    int page = pool.allocate();
    int copy = pool.copy(page);
    Comparison.require(page != copy && pool.pagesInUse() == 2 && pool.layout().equals(layout), "two pages in use");
    pool.release(copy);
    Comparison.require(pool.pagesInUse() == 1, "one page in use");
    refuses(IllegalArgumentException.class, "a page released twice", () -> pool.release(copy));
  }

  private static void refusesShapes(Device device) {
    Matrix w = device.load(Operands.weights(Encodings.Q4_0, 1, 3, 32, new SplittableRandom(1)));
    Buffer x = device.buffer(2, 32);
    Buffer out = device.buffer(2, 3);
    Buffer other = device.buffer(2, 31);
    var refused = IllegalArgumentException.class;
    refuses(refused, "columns that are not the matrix's", () -> device.matmul(other, w, out));
    refuses(refused, "results that are not the matrix's", () -> device.matmul(x, w, other));
    refuses(refused, "more matrices than results", () -> device.matmul(x, List.of(w, w), List.of(out)));
    refuses(refused, "a gain that does not divide", () -> device.rmsNorm(x, device.buffer(1, 5), 0, x));
    refuses(refused, "a sum of other columns", () -> device.add(x, other));
    refuses(refused, "a row that is not there", () -> device.gather(x, new int[] {2}, device.buffer(1, 32)));
    refuses(refused, "an id that is not there", () -> device.embed(w, new int[] {3}, device.buffer(1, 32)));
    var routing = new Routing(1, new int[] {0, 1}, new float[] {1, 1});
    refuses(refused, "an expert that is not there", () -> device.matmulExperts(x, w, routing, out));
    KvPool pool = device.kvPool(new KvLayout(List.of(new KvLayout.Layer(1, 32, 32)), KvType.F32, KvType.F32));
    var rows = new KvRows(new int[][] {{0}, {0}}, new int[] {0, 1});
    refuses(refused, "a page that is not in use", () -> device.append(pool, 0, x, x, rows));
  }

  private static void refusesAfterClose(Device device) {
    Buffer x = device.buffer(1, 1);
    device.close();
    device.close();
    refuses(IllegalStateException.class, "an operation after close", () -> device.scale(x, 2));
    refuses(IllegalStateException.class, "a buffer after close", () -> device.buffer(1, 1));
  }

  private static void refuses(Class<? extends RuntimeException> type, String what, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      Comparison.require(type.isInstance(e), "%s is refused with %s".formatted(what, e));
      return;
    }
    throw new AssertionError(what + " is not refused");
  }
}
