package io.gatun.gguf;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a GGUF file says about itself.
 *
 * <pre>  "GGUF"  u32 version  tensor count  pair count  pairs …  tensor table …  padding  tensor data
 *  counts, lengths and dimensions are u32 in version 1, u64 in versions 2 and 3 </pre>
 *
 * Source: gguf.md, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 */
record GgufHeader(int version, Metadata metadata, int alignment, List<TensorInfo> tensors) {
  static final int MAGIC = 0x4655_4747; // "GGUF", read as little-endian
  static final String ALIGNMENT_KEY = "general.alignment";
  static final int DEFAULT_ALIGNMENT = 32;
  private static final int MIN_ALIGNMENT = 8;
  private static final int MAX_ALIGNMENT = 1 << 30;
  private static final int MIN_PAIR_REST_BYTES = 4 + 1;

  GgufHeader {
    tensors = List.copyOf(tensors);
  }

  /**
   * @param file what messages name
   * @param bytes the whole file
   * @throws FormatException if it is no well-formed GGUF file
   * @throws io.gatun.tensors.UnsupportedModelException if a tensor's type is unknown
   */
  static GgufHeader parse(String file, MemorySegment bytes) {
    int version = version(file, bytes);
    var cursor = new Cursor(file, bytes, 8, version == 1 ? 4 : 8);
    cursor.enter("header");
    int wordBytes = cursor.wordBytes();
    int tensorCount = cursor.count("tensors", TensorInfoParser.minBytes(wordBytes), TensorInfoParser.MAX_TENSORS);
    int pairCount = cursor.count("metadata pairs", wordBytes + MIN_PAIR_REST_BYTES, MetadataParser.MAX_KEYS);
    var metadata = new Metadata(file, new MetadataParser(cursor).parse(pairCount));
    int alignment = alignment(metadata);
    var tensors = new TensorInfoParser(file, cursor, bytes.byteSize()).parse(tensorCount, alignment);
    return new GgufHeader(version, metadata, alignment, tensors);
  }

  private static int version(String file, MemorySegment bytes) {
    var cursor = new Cursor(file, bytes, 0, 8);
    int magic = cursor.i32();
    if (magic != MAGIC) {
      throw new FormatException(
          "%s: begins with the bytes %08x, expected 47475546 (\"GGUF\"); it is no GGUF file"
              .formatted(file, Integer.reverseBytes(magic)));
    }
    int version = cursor.i32();
    if (version >= 1 && version <= 3) {
      return version;
    }
    int swapped = Integer.reverseBytes(version);
    if (swapped >= 1 && swapped <= 3) {
      throw new FormatException(
          "%s: is a big-endian GGUF file (version %d, byte-swapped), expected little-endian; convert the model again"
              .formatted(file, swapped));
    }
    throw new FormatException(
        "%s: has GGUF version %s, expected 1, 2 or 3".formatted(file, Integer.toUnsignedString(version)));
  }

  static int alignment(Metadata metadata) {
    int alignment = metadata.integer(ALIGNMENT_KEY, MIN_ALIGNMENT, MAX_ALIGNMENT, DEFAULT_ALIGNMENT);
    if (Integer.bitCount(alignment) != 1) {
      throw new FormatException(
          "%s: key %s is %d, expected a power of two".formatted(metadata.origin(), ALIGNMENT_KEY, alignment));
    }
    return alignment;
  }
}
