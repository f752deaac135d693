package io.gatun.text;

import java.util.Arrays;

/** A growing array of bytes. Confined to one thread. */
final class ByteBuilder {
  private byte[] bytes;
  private int size;

  ByteBuilder(int expected) {
    this.bytes = new byte[Math.max(expected, 16)];
  }

  void add(byte b) {
    if (size == bytes.length) {
      bytes = Arrays.copyOf(bytes, size * 2);
    }
    bytes[size++] = b;
  }

  void add(byte[] source) {
    if (bytes.length - size < source.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size * 2, size + source.length));
    }
    System.arraycopy(source, 0, bytes, size, source.length);
    size += source.length;
  }

  int size() {
    return size;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }
}
