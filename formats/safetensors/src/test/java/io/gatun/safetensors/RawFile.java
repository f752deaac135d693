package io.gatun.safetensors;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Safetensors files for tests: well-formed ones of small tensors, and headers that say anything. */
final class RawFile {
  private final SafetensorsWriter writer = new SafetensorsWriter();

  /** A file of this header, whatever it says, and so many bytes of data. */
  static byte[] of(String header, int dataBytes) {
    var out = new ByteArrayOutputStream();
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
    out.writeBytes(json);
    out.writeBytes(new byte[dataBytes]);
    return out.toByteArray();
  }

  RawFile config(String json) {
    writer.put("quantization_config", json);
    return this;
  }

  RawFile ints(String name, List<Long> shape, int... values) {
    var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return bytes(name, shape, Encodings.I32, bytes.array());
  }

  RawFile floats(String name, List<Long> shape, float... values) {
    var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes(name, shape, Encodings.F32, bytes.array());
  }

  RawFile halves(String name, List<Long> shape, float... values) {
    var bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putShort(Float.floatToFloat16(value));
    }
    return bytes(name, shape, Encodings.F16, bytes.array());
  }

  RawFile bytes(String name, List<Long> shape, Encoding encoding, byte... bytes) {
    writer.add(new TensorData(name, shape, encoding, List.of(MemorySegment.ofArray(bytes))));
    return this;
  }

  Path write(Path file) {
    try {
      writer.write(file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tensor of an opened file, all of it. */
  static float[] decoded(Path file, String name) {
    try (var opened = SafetensorsDir.open(file)) {
      return VectorsTest.values(opened.tensors().get(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As many times the same. */
  static float[] repeated(int count, float value) {
    var values = new float[count];
    Arrays.fill(values, value);
    return values;
  }

  static void copy(Path from, Path to) {
    try {
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
