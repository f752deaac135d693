package io.gatun.cli.synth;

import io.gatun.cli.synth.Shape.Block;
import io.gatun.cli.synth.Shape.Experts;
import io.gatun.cli.synth.Shape.Family;
import io.gatun.cli.synth.Shape.Head;
import io.gatun.cli.synth.Shape.Rope;
import io.gatun.cli.synth.Shape.Words;

/** Shapes small enough for tests; rows are whole blocks of every encoding. */
final class Tiny {
  private Tiny() {}

  /** Two query heads per key head. */
  static Shape grouped(int layers) {
    return of(Family.LLAMA, layers, Head.OWN, Experts.NONE, new Rope(10_000, 0));
  }

  static Shape of(Family family, int layers, Head head, Experts experts, Rope rope) {
    var words = new Words(Words.Kind.SENTENCE_PIECE, 512);
    return new Shape("tiny", "a test", family, new Block(256, 512, 4, 2, 64), layers, words, head, 128, rope, experts);
  }
}
