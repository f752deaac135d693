package io.gatun.text;

import io.gatun.tensors.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of a message in Protocol Buffers' wire format: {@link #next}, then {@link #field} and one of the
 * getters, or none to skip the value. Confined to one thread.
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;

  private final String origin;
  private final ByteBuffer data;
  /** Where the data begin in the file. */
  private final int offset;
  private int field;
  private int type;
  private boolean read = true;

  ProtobufReader(String origin, byte[] data) {
    this(origin, ByteBuffer.wrap(data), 0);
  }

  private ProtobufReader(String origin, ByteBuffer data, int offset) {
    this.origin = origin;
    this.data = data.order(ByteOrder.LITTLE_ENDIAN);
    this.offset = offset;
  }

  /** Goes to the next field; false at the end of the message. */
  boolean next() {
    if (!read) {
      skip();
    }
    if (!data.hasRemaining()) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    type = (int) (tag & 7);
    if (tag >>> 3 == 0 || tag >>> 32 != 0) {
      throw malformed("the tag " + tag, "a field");
    }
    read = false;
    return true;
  }

  int field() {
    return field;
  }

  long integer() {
    expect(VARINT);
    return varint();
  }

  boolean bool() {
    return integer() != 0;
  }

  float number() {
    expect(FIXED_32);
    need(Float.BYTES);
    return data.getFloat();
  }

  byte[] bytes() {
    ByteBuffer stretch = stretch();
    var bytes = new byte[stretch.remaining()];
    stretch.get(bytes);
    return bytes;
  }

  String string() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  ProtobufReader message() {
    ByteBuffer stretch = stretch();
    return new ProtobufReader(origin, stretch, offset + data.position() - stretch.remaining());
  }

  private ByteBuffer stretch() {
    expect(BYTES);
    return take(varint());
  }

  private ByteBuffer take(long length) {
    need(length);
    ByteBuffer taken = data.slice(data.position(), (int) length);
    data.position(data.position() + (int) length);
    return taken;
  }

  private void skip() {
    switch (type) {
      case VARINT -> varint();
      case FIXED_64 -> take(Long.BYTES);
      case BYTES -> take(varint());
      case FIXED_32 -> take(Float.BYTES);
      default -> throw malformed("wire type " + type, "0, 1, 2 or 5");
    }
  }

  private void expect(int expected) {
    if (type != expected) {
      throw malformed("wire type " + type, Integer.toString(expected));
    }
    read = true;
  }

  private void need(long bytes) {
    if (bytes < 0 || bytes > data.remaining()) {
      throw malformed("a value of " + Long.toUnsignedString(bytes) + " bytes", data.remaining() + " at most");
    }
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      need(1);
      byte next = data.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw malformed("a number of more than 64 bits", "a shorter one");
  }

  private FormatException malformed(String found, String expected) {
    return new FormatException(
        "%s: byte %d: %s in field %d, expected %s".formatted(origin, offset + data.position(), found, field, expected));
  }
}
