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
    for (byte b : source) {
      add(b);
    }
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }
}
