package io.gatun.conformance;

import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.RandomBlocks;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.TensorData;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.random.RandomGenerator;

/** Operands for a {@link Device}, and its results as arrays. Stateless. */
public final class Operands {

  private Operands() {}

  /** Ordinary random weights {@code [experts, rows, cols]}, or {@code [rows, cols]} for one expert. */
  public static TensorData weights(Encoding encoding, int experts, long rows, long cols, RandomGenerator random) {
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(experts * rows * encoding.bytes(cols))]);
    RandomBlocks.ORDINARY.fill(encoding, bytes, random);
    List<Long> shape = experts == 1 ? List.of(rows, cols) : List.of((long) experts, rows, cols);
    return new TensorData("test.weight", shape, encoding, List.of(bytes));
  }

  /** Values of mean 0 and variance 1. */
  public static float[] gaussians(int count, RandomGenerator random) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** A new buffer {@code [rows, cols]} with these values. */
  public static Buffer buffer(Device device, int rows, int cols, float... values) {
    Buffer buffer = device.buffer(rows, cols);
    device.write(values, buffer);
    return buffer;
  }

  /** The values of a buffer, by row. */
  public static float[][] rows(Device device, Buffer buffer) {
    var rows = new float[Math.toIntExact(buffer.rows())][Math.toIntExact(buffer.cols())];
    for (int r = 0; r < rows.length; r++) {
      device.read(buffer, r, rows[r]);
    }
    return rows;
  }

  /** The values of a buffer, row after row. */
  public static float[] all(Device device, Buffer buffer) {
    return joined(rows(device, buffer));
  }

  /** Arrays after each other. */
  static float[] joined(float[]... arrays) {
    int length = 0;
    for (float[] array : arrays) {
      length += array.length;
    }
    var all = new float[length];
    int start = 0;
    for (float[] array : arrays) {
      System.arraycopy(array, 0, all, start, array.length);
      start += array.length;
    }
    return all;
  }
}
