package io.gatun.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DivergenceTest {

  /** ½·ln(½ / ¼) + ½·ln(½ / ¾), whatever constant the logits have. */
  @Test
  void divergenceOfTwoTokens() {
    var tally = new Divergence.Tally();
    float[] base = {(float) Math.log(0.5), (float) Math.log(0.5)};
    float[] logits = {(float) Math.log(0.25) + 3, (float) Math.log(0.75) + 3};
    tally.add(base, logits, LogSoftmax.logSum(logits));
    Divergence result = tally.result();
    assertEquals(0.5 * Math.log(2) + 0.5 * Math.log(2 / 3.0), result.mean(), 1e-6);
    assertEquals(result.mean(), result.max());
    assertEquals(result.mean(), result.median());
    assertEquals(0, result.top1Agreement(), "the base's first, the model's second");
  }

  /** One-hot bases: the divergence is −log p of that token, here 1, 2, … 201 nats. */
  @Test
  void quantilesOfManyPositions() {
    var tally = new Divergence.Tally();
    for (int nats = 201; nats >= 1; nats--) {
      double p = Math.exp(-nats);
      float[] base = {0, -1000};
      float[] logits = {(float) -nats, (float) Math.log1p(-p)};
      tally.add(base, logits, LogSoftmax.logSum(logits));
    }
    Divergence result = tally.result();
    assertEquals(101, result.mean(), 1e-3);
    assertEquals(101, result.median(), 1e-3);
    assertEquals(199, result.p99(), 1e-3);
    assertEquals(201, result.max(), 1e-3);
  }

  @Test
  void agreementIsAShare() {
    var tally = new Divergence.Tally();
    float[] base = {-2, -0.1f};
    tally.add(base, new float[] {0, 1}, LogSoftmax.logSum(new float[] {0, 1}));
    tally.add(base, new float[] {1, 0}, LogSoftmax.logSum(new float[] {1, 0}));
    assertEquals(0.5, tally.result().top1Agreement());
  }

  @Test
  void logSumsDoNotOverflow() {
    assertEquals(1000 + Math.log(2), LogSoftmax.logSum(new float[] {1000, 1000, -1000}), 1e-9);
  }
}
