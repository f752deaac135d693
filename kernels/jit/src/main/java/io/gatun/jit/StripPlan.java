package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * In which steps a block is multiplied, and which registers hold what meanwhile, after register 0 and the encoding's
 * own. Immutable.
 *
 * @param codes of a slice
 * @param free for anything
 * @param sums of each group of a step
 * @param x activations of the first slices of a step, as many as there is room for
 * @param constants that are kept in a register
 */
record StripPlan(
    List<Step> steps, Vec codes, Vec free, List<Sums> sums, List<Vec> x, Map<Literal, Vec> constants) {
  /** The first register that {@link BlockCode#factors} leaves alone. */
  private static final int LASTING = 13;

  /**
   * Parts after which their groups are complete.
   *
   * @param slices in the order in which the parts have them
   * @param groups ascending
   */
  record Step(List<Integer> parts, List<Integer> slices, List<Integer> groups) {

    static Step of(BlockCode block, List<Integer> parts) {
      List<Integer> slices = parts.stream().flatMap(part -> block.parts().get(part).stream()).toList();
      return new Step(
          List.copyOf(parts), slices, slices.stream().map(block.shape()::groupOfSlice).distinct().sorted().toList());
    }
  }

  /**
   * Sums of a group.
   *
   * @param low of rows 0 and 4, then of 0, 1, 4 and 5, then of all
   * @param high of rows 2 and 6, then of 2, 3, 6 and 7
   * @param odd of rows 1 and 5, or of rows 3 and 7
   */
  record Sums(Vec low, Vec high, Vec odd) {

    /** Those of rows {@code i} and {@code i + 4}. */
    Vec of(int i) {
      return i % 2 == 1 ? odd : i == 0 ? low : high;
    }
  }

  static StripPlan of(BlockCode block, Isa isa) {
    List<Step> steps = steps(block);
    boolean areSlicesAdded = block.shape().slicesOfGroup() > 1;
    int groups = steps.stream().mapToInt(step -> step.groups().size()).max().orElseThrow();
    int next = block.registers() + 1;
    Vec codes = ymm(next++);
    Vec free = ymm(next++);
    Vec commonOdd = isa.hasDots && !areSlicesAdded ? ymm(next++) : codes;
    var sums = new ArrayList<Sums>();
    for (int group = 0; group < groups; group++) {
      sums.add(new Sums(ymm(next++), ymm(next++), areSlicesAdded ? ymm(next++) : commonOdd));
    }
    int registers = isa.bytes() > Emitter.VECTOR ? isa.registers - 1 : isa.registers;
    int slices = steps.stream().mapToInt(step -> step.slices().size()).min().orElseThrow();
    int x = Math.min(slices, registers - next);
    List<Vec> inRegisters = IntStream.range(next, next + x).mapToObj(Vec::ymm).toList();
    next = Math.max(next + x, LASTING);
    var constants = new LinkedHashMap<Literal, Vec>(); // in order, so that the code is the same each time
    for (Literal literal : constants(block, isa)) {
      if (next < registers) {
        constants.put(literal, ymm(next++));
      }
    }
    return new StripPlan(steps, codes, free, List.copyOf(sums), inRegisters, Collections.unmodifiableMap(constants));
  }

  /** The encoding's, and before them what makes its codes unsigned for dots. */
  private static List<Literal> constants(BlockCode block, Isa isa) {
    Stream<Literal> ours = isa.offsets(block.shape()) ? Stream.of(Emitter.SIGNS) : Stream.of();
    return Stream.concat(ours, block.constants().stream()).toList();
  }

  private static List<Step> steps(BlockCode block) {
    var steps = new ArrayList<Step>();
    var parts = new ArrayList<Integer>();
    var incomplete = new BitSet();
    for (int part = 0; part < block.parts().size(); part++) {
      parts.add(part);
      if (block.shape().slicesOfGroup() > 1) {
        block.parts().get(part).forEach(slice -> incomplete.flip(block.shape().groupOfSlice(slice)));
      }
      if (incomplete.isEmpty()) {
        steps.add(Step.of(block, parts));
        parts.clear();
      }
    }
    return List.copyOf(steps);
  }
}
