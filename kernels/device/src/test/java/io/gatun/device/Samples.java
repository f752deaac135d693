package io.gatun.device;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.QuantizedEncoding;
import io.gatun.tensors.TensorData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Operands for tests. */
final class Samples {

  private Samples() {}

  static Stream<QuantizedEncoding> quantized() {
    return Encodings.all().stream()
        .filter(QuantizedEncoding.class::isInstance)
        .map(QuantizedEncoding.class::cast);
  }

  static Stream<PlainEncoding> floats() {
    return Stream.of(Encodings.F32, Encodings.F16, Encodings.BF16);
  }

  /** {@code [experts, rows, cols]}, or {@code [rows, cols]} for one expert. Random blocks of ordinary numbers. */
  static TensorData weights(Encoding encoding, int experts, int rows, int cols, Random random) {
    int blocks = experts * rows * (cols / encoding.blockLength());
    var bytes = new byte[Math.toIntExact((long) blocks * encoding.blockBytes())];
    var values = new float[encoding.blockLength()];
    for (int i = 0; i < blocks; i++) {
      var block = new byte[encoding.blockBytes()];
      boolean ordinary = false;
      while (!ordinary) {
        random.nextBytes(block);
        encoding.decode(MemorySegment.ofArray(block), 0, values, 0, values.length);
        ordinary = true;
        for (float value : values) {
          ordinary &= Math.abs(value) < 1000; // false for NaN too
        }
      }
      System.arraycopy(block, 0, bytes, i * block.length, block.length);
    }
    List<Long> shape =
        experts == 1 ? List.of((long) rows, (long) cols) : List.of((long) experts, (long) rows, (long) cols);
    return new TensorData("test.weight", shape, encoding, List.of(MemorySegment.ofArray(bytes)));
  }

  static TensorData floats(List<Long> shape, float... values) {
    var bytes = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
    for (int i = 0; i < values.length; i++) {
      bytes.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4L, values[i]);
    }
    return new TensorData("test.floats", shape, Encodings.F32, List.of(bytes));
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

  static float[] row(Device device, Buffer buffer, int row) {
    var values = new float[(int) buffer.cols()];
    device.read(buffer, row, values);
    return values;
  }

  static float[] all(Device device, Buffer buffer) {
    var values = new float[Math.toIntExact(buffer.rows() * buffer.cols())];
    for (int row = 0; row < buffer.rows(); row++) {
      System.arraycopy(row(device, buffer, row), 0, values, row * (int) buffer.cols(), (int) buffer.cols());
    }
    return values;
  }

  /** The weights of a row, decoded. */
  static float[] decoded(TensorData weights, int row) {
    int cols = (int) weights.cols();
    var values = new float[cols];
    weights.encoding().decode(weights.bytes(), row * weights.encoding().bytes(cols), values, 0, cols);
    return values;
  }
}
