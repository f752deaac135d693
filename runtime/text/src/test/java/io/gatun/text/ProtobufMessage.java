package io.gatun.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A message in Protocol Buffers' wire format, with the fields of SentencePiece's models. */
final class ProtobufMessage {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ProtobufMessage piece(String text, float score, int type) {
    var piece = new ProtobufMessage().bytes(1, text.getBytes(StandardCharsets.UTF_8));
    piece.varint((2 << 3) | 5);
    int bits = Float.floatToIntBits(score);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      piece.out.write(bits >>> shift);
    }
    return message(1, piece.integer(3, type));
  }

  ProtobufMessage integer(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  ProtobufMessage message(int field, ProtobufMessage content) {
    return bytes(field, content.bytes());
  }

  ProtobufMessage bytes(int field, byte[] content) {
    varint(((long) field << 3) | 2);
    varint(content.length);
    out.writeBytes(content);
    return this;
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write(((int) rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
