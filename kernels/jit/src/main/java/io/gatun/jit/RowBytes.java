package io.gatun.jit;

/** Runs of 32 codes that are bytes, whose factors are apart. */
final class RowBytes extends ByteBlock {

  /** @param areUnsigned whether codes are larger by 128 than signed ones */
  RowBytes(Shape shape, boolean areUnsigned) {
    super(shape, 0, areUnsigned);
  }

  @Override
  public void factors(Emitter emitter) {
    RowFactors.load(emitter, shape());
  }

  /** The factors of strips are those of eight rows. */
  @Override
  public boolean canBeDoubled() {
    return false;
  }
}
