package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/**
 * An encoding of which only the size is known: a file that uses it can be opened, listed and copied, not computed.
 *
 * @param id as {@link Encoding#id}
 * @param blockLength values per block, ≥ 1
 * @param blockBytes bytes per block, ≥ 1
 */
public record OpaqueEncoding(String id, int blockLength, int blockBytes) implements Encoding {

  /** @throws UnsupportedModelException always */
  @Override
  public void decode(MemorySegment source, long offset, float[] target, int start, int count) {
    throw new UnsupportedModelException(
        "encoding %s is not supported: its tensors can be listed but not decoded".formatted(id));
  }
}
