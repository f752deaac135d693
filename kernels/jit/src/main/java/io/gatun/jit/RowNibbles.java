package io.gatun.jit;

/**
 * Runs of 32 codes of 4 bits, two to a byte, whose factors are apart: the codes of even columns and then those of odd
 * ones, as activations are brought into this {@link #order} first.
 */
final class RowNibbles extends NibbleBlock {

  RowNibbles(Shape shape) {
    super(shape, 0);
  }

  @Override
  public void factors(Emitter emitter) {
    RowFactors.load(emitter, shape());
  }

  /** The function for it. */
  static byte[] order() {
    var places = new byte[Shape.SLICE];
    for (int i = 0; i < places.length; i++) {
      places[i] = (byte) (2 * i % places.length + 2 * i / places.length);
    }
    return PlaneEmitter.order(places, true);
  }
}
