package io.gatun.oracle;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** A float32 array from a NumPy file, version 1, C order. Thread-safe. Source: numpy.lib.format. */
public final class Npy {
  private static final String MAGIC = "\u0093NUMPY";
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\), *\\}\\s*");

  private final List<Integer> shape;
  private final float[] values;

  private Npy(List<Integer> shape, float[] values) {
    this.shape = List.copyOf(shape);
    this.values = values;
  }

  /**
   * Reads a {@code .npy} file, or a {@code .npy.gz} file.
   *
   * @throws UncheckedIOException if it cannot be read or is no float32 array
   */
  public static Npy read(Path file) {
    try (var raw = new BufferedInputStream(Files.newInputStream(file));
        InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      return read(file, new DataInputStream(plain));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Dimensions, slowest first. */
  public List<Integer> shape() {
    return shape;
  }

  /** All values, in order; a copy. */
  public float[] values() {
    return values.clone();
  }

  /** One row along the first dimension. */
  public float[] row(int index) {
    int length = values.length / shape.getFirst();
    return Arrays.copyOfRange(values, index * length, (index + 1) * length);
  }

  private static Npy read(Path file, DataInputStream in) throws IOException {
    var magic = new String(in.readNBytes(6), StandardCharsets.ISO_8859_1);
    int major = in.readUnsignedByte();
    int minor = in.readUnsignedByte();
    if (!magic.equals(MAGIC) || major != 1) {
      throw new IOException("is no .npy file of version 1 but " + major + "." + minor);
    }
    int headerLength = Short.toUnsignedInt(Short.reverseBytes(in.readShort()));
    var header = new String(in.readNBytes(headerLength), StandardCharsets.US_ASCII);
    var matcher = HEADER.matcher(header);
    if (!matcher.matches()) {
      throw new IOException("has the header " + header.strip() + ", expected '<f4' in C order");
    }
    var shape = new ArrayList<Integer>();
    int count = 1;
    for (var dim : matcher.group(1).split(",", -1)) {
      if (!dim.isBlank()) {
        shape.add(Integer.parseInt(dim.strip()));
        count = Math.multiplyExact(count, shape.getLast());
      }
    }
    byte[] data = in.readAllBytes();
    if (data.length != 4L * count) {
      throw new IOException("%s has %d bytes of data, expected %d".formatted(file, data.length, 4L * count));
    }
    var values = new float[count];
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return new Npy(shape, values);
  }
}
