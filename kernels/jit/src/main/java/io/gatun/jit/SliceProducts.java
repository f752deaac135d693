package io.gatun.jit;

import static io.gatun.jit.Op.VPDPBUSD;
import static io.gatun.jit.Op.VPMADDUBSW;
import static io.gatun.jit.Op.VPSIGNB;
import static io.gatun.jit.Op.VPXOR;

import io.gatun.jit.Operand.Vec;
import io.gatun.jit.StripPlan.Step;
import io.gatun.jit.StripPlan.Sums;
import java.util.BitSet;
import java.util.TreeSet;

/**
 * Writes the products of a block and an activation row, slice by slice: products of pairs of columns in 16-bit lanes,
 * rows side by side, brought together by horizontal additions until 32-bit lanes are rows 0 to 7. Used by one thread.
 */
final class SliceProducts {
  private final StripEmitter emitter;
  private final Assembler code;
  private final BlockCode block;
  private final Shape shape;
  private final StripPlan plan;
  private final RowSums rows;

  SliceProducts(StripEmitter emitter, BlockCode block, StripPlan plan) {
    this.emitter = emitter;
    this.code = emitter.code;
    this.block = block;
    this.shape = emitter.isa.hasDots ? emitter.isa.shape(block.shape()) : block.stripShape();
    this.plan = plan;
    this.rows = new RowSums(emitter, shape);
  }

  /**
   * Adds the products to {@link StripEmitter#SUM}, group by group in order; dots that come too early wait in the room.
   */
  void add() {
    block.factors(emitter);
    var waiting = new TreeSet<Integer>();
    int next = 0;
    for (Step step : plan.steps()) {
      dots(step);
      for (int i = 0; i < step.groups().size(); i++) {
        int group = step.groups().get(i);
        Vec dot = plan.sums().get(i).low();
        if (shape.center() != 0) {
          emitter.center(dot, group / shape.groupsOfRun(), Emitter.pairs(-shape.center(), shape, group), plan.free());
        } else if (shape.hasZeros()) {
          emitter.subtractZeros(dot, group, group / shape.groupsOfRun(), plan.free());
        }
        if (group == next) {
          accumulate(group, dot, dot);
          next++;
        } else {
          code.store(emitter.dot(group), dot);
          waiting.add(group);
        }
      }
      for (; waiting.remove(next); next++) {
        accumulate(next, plan.sums().getFirst().low(), emitter.dot(next));
      }
    }
  }

  private void accumulate(int group, Vec dot, Operand source) {
    int run = group / shape.groupsOfRun();
    code.op(Op.VCVTDQ2PS, dot, source);
    emitter.accumulate(dot, group, run, plan.codes(), plan.free());
    if (shape.addsMinimums()) {
      Op op = shape.minimums() == Shape.Minimums.ADDED ? Op.VFMADD231PS : Op.VFNMADD231PS;
      emitter.minimum(op, group, run, Emitter.pairs(1, shape, group), plan.codes(), plan.free());
    }
  }

  /** The dots of a step's groups, in {@link Sums#low}. */
  private void dots(Step step) {
    for (int i = 0; i < plan.x().size(); i++) {
      emitter.twice(plan.x().get(i), step.slices().get(i));
    }
    for (int i = 0; i < Emitter.ROWS / 2; i++) {
      int index = 0;
      var begun = new BitSet();
      for (int part : step.parts()) {
        block.load(emitter, i, part);
        for (int k = 0; k < block.parts().get(part).size(); k++, index++) {
          int group = step.groups().indexOf(shape.groupOfSlice(step.slices().get(index)));
          Sums sums = plan.sums().get(group);
          boolean isLast = begun.get(group) || shape.slicesOfGroup() == 1;
          if (emitter.isa.hasDots) {
            block.codes(emitter, part, k, plan.codes(), plan.free());
            dot(sums.of(i), !begun.get(group), plan.codes(), x(step, index));
          } else {
            Vec target = begun.get(group) ? plan.codes() : sums.of(i);
            multiply(part, k, target, step, index);
            if (begun.get(group)) {
              rows.add(sums.of(i), target);
            }
          }
          begun.set(group);
          if (isLast) {
            rows.bringTogether(sums, i);
          }
        }
      }
    }
  }

  /** The activations of a slice, loaded if they are not. */
  private Vec x(Step step, int index) {
    if (index < plan.x().size()) {
      return plan.x().get(index);
    }
    emitter.twice(plan.free(), step.slices().get(index));
    return plan.free();
  }

  /** Adds the products of a slice, in fours, to sums, which may begin with them. */
  private void dot(Vec sums, boolean areFirst, Vec codes, Vec x) {
    if (areFirst) {
      code.op(VPXOR, sums, sums, sums);
    }
    if (emitter.isa.offsets(block.shape())) {
      code.op(VPXOR, codes, codes, emitter.constant(Emitter.SIGNS));
    }
    code.op(VPDPBUSD, sums, codes, x);
  }

  /** Products of the {@code k}th slice of a part and its activations. */
  private void multiply(int part, int k, Vec codes, Step step, int index) {
    if (shape.isSigned()) {
      Vec magnitudes = plan.free();
      block.magnitudes(emitter, part, k, codes, magnitudes);
      code.op(VPSIGNB, codes, plan.x().get(index), codes);
      code.op(VPMADDUBSW, codes, magnitudes, codes);
    } else {
      block.codes(emitter, part, k, codes, plan.free());
      code.op(VPMADDUBSW, codes, codes, x(step, index));
    }
    rows.begin(codes);
  }
}
