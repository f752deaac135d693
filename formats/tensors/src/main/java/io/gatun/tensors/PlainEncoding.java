package io.gatun.tensors;

/** An encoding whose blocks are single numbers: {@code f32}, {@code f16}, {@code bf16}, {@code f64} and the integers. */
public non-sealed interface PlainEncoding extends Encoding {

  @Override
  default int blockLength() {
    return 1;
  }
}
