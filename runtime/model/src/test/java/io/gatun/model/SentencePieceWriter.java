package io.gatun.model;

import io.gatun.tensors.Metadata;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the vocabulary of a GGUF file as SentencePiece's {@code tokenizer.model}, a message of protobuf. */
final class SentencePieceWriter {
  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;
  private static final int BYTE_PAIR = 2;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private SentencePieceWriter() {}

  static byte[] model(Metadata metadata) {
    List<String> tokens = metadata.strings("tokenizer.ggml.tokens");
    float[] scores = metadata.optionalFloats("tokenizer.ggml.scores").orElseThrow();
    long[] types = metadata.optionalIntegers("tokenizer.ggml.token_type").orElseThrow();
    var model = new SentencePieceWriter();
    for (int id = 0; id < tokens.size(); id++) {
      var piece = new SentencePieceWriter();
      piece.bytes(1, tokens.get(id).getBytes(StandardCharsets.UTF_8));
      piece.tag(2, FIXED32);
      piece.bytes.writeBytes(
          ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(scores[id]).array());
      piece.integer(3, types[id]);
      model.bytes(1, piece.bytes.toByteArray());
    }
    var trainer = new SentencePieceWriter();
    trainer.integer(3, BYTE_PAIR);
    trainer.integer(35, 1); // byte_fallback
    model.bytes(2, trainer.bytes.toByteArray());
    var normalizer = new SentencePieceWriter();
    normalizer.integer(3, 1); // add_dummy_prefix
    normalizer.integer(4, 0); // remove_extra_whitespaces
    normalizer.integer(5, 1); // escape_whitespaces
    model.bytes(3, normalizer.bytes.toByteArray());
    return model.bytes.toByteArray();
  }

  private void tag(int field, int type) {
    varint((long) field << 3 | type);
  }

  private void integer(int field, long value) {
    tag(field, VARINT);
    varint(value);
  }

  private void bytes(int field, byte[] value) {
    tag(field, BYTES);
    varint(value.length);
    bytes.writeBytes(value);
  }

  private void varint(long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      bytes.write((int) ((rest & 127) | 128));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }
}
