package io.gatun.cpu;

import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.QuantizedEncoding;
import io.gatun.tensors.TensorData;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Operands for tests. */
final class Samples {

  private Samples() {}

  /** The encodings that models have their weights in. */
  static Stream<Encoding> encodings() {
    return Stream.concat(
        Stream.of(Encodings.F32, Encodings.F16, Encodings.BF16),
        Encodings.all().stream().filter(QuantizedEncoding.class::isInstance));
  }

  /** {@code [experts, rows, cols]}, or {@code [rows, cols]} for one expert. */
  static TensorData weights(Encoding encoding, int experts, long rows, long cols, Random random) {
    try (var memory = new HostMemory()) {
      HostMatrix matrix = RandomBlocks.matrix(encoding, rows, cols, experts, random, memory);
      var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(matrix.bytes().byteSize())]);
      bytes.copyFrom(matrix.bytes());
      List<Long> shape = experts == 1 ? List.of(rows, cols) : List.of((long) experts, rows, cols);
      return new TensorData("test.weight", shape, encoding, List.of(bytes));
    }
  }

  static float[] gaussians(int count, Random random) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  static Buffer buffer(Device device, int rows, int cols, float... values) {
    Buffer buffer = device.buffer(rows, cols);
    device.write(values, buffer);
    return buffer;
  }

  static float[] all(Device device, Buffer buffer) {
    int cols = (int) buffer.cols();
    var row = new float[cols];
    var values = new float[Math.toIntExact(buffer.rows() * cols)];
    for (int r = 0; r < buffer.rows(); r++) {
      device.read(buffer, r, row);
      System.arraycopy(row, 0, values, r * cols, cols);
    }
    return values;
  }
}
