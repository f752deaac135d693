package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/** An encoding whose blocks are single numbers: {@code f32}, {@code f16}, {@code f8_e4m3}, the integers and others. */
public non-sealed interface PlainEncoding extends Encoding {

  @Override
  default int blockLength() {
    return 1;
  }

  /** The number at a byte of {@code source}, rounded to the nearest float. */
  float value(MemorySegment source, long offset);
}
