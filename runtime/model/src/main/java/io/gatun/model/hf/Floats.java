package io.gatun.model.hf;

import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Small tensors that no file holds. */
final class Floats {
  private Floats() {}

  /** A tensor {@code [values.length]} on the heap. */
  static TensorData vector(String name, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new TensorData(name, List.of((long) values.length), Encodings.F32, List.of(MemorySegment.ofBuffer(bytes)));
  }

  /** The tensor with 1 added to each value. */
  static TensorData plusOne(TensorData tensor) {
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.decode(0, Math.toIntExact(tensor.rows()), values);
    for (int i = 0; i < values.length; i++) {
      values[i] += 1;
    }
    return vector(tensor.name(), values);
  }
}
