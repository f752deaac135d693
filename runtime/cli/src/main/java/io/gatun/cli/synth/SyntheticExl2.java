package io.gatun.cli.synth;

import io.gatun.tensors.Encodings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ObjectNode;

/**
 * EXL2 as ExLlamaV2 writes it with a target of 4.0 bits, all that it stores counted: some inputs at 5 bits in groups of
 * 32, most at 4 and the rest at 3 in groups of 128, and inputs in random order. The head has 8 and 6 bits.
 */
final class SyntheticExl2 implements LayerFormat {
  private static final double TARGET_BITS = 4;
  private static final int SMALL_GROUP = 32;
  private static final int GROUP = 128;
  private static final int PACK = 8;

  /** Scale codes from 12 to 15: the square of the next number, over 256, is 0.84 in root mean square. */
  private static final int LARGE_CODES = 0xCCCCCCCC;

  private static final double SQUARES = 0.84;

  private final CodeTable three = CodeTable.integers(3);
  private final CodeTable four = CodeTable.integers(4);
  private final CodeTable five = CodeTable.integers(5);
  private final CodeTable six = CodeTable.integers(6);
  private final CodeTable eight = CodeTable.integers(8);

  /**
   * Inputs of one width, in packed order.
   *
   * @param codes of that width
   * @param rows how many inputs
   * @param group inputs in a group, of the last group perhaps fewer
   */
  private record Run(CodeTable codes, int rows, int group) {
    int groups() {
      return Math.ceilDiv(rows, group);
    }

    int words() {
      return rows * codes.bits() / Integer.SIZE;
    }
  }

  /** Of a tenth of the inputs 5 bits, and of as many 3 that it comes to the target. */
  private List<Run> body(int in, long out) {
    int most = in / 10 / SMALL_GROUP * SMALL_GROUP;
    double overhead = most * 4.0 / SMALL_GROUP + (in - most) * 4.0 / GROUP + (double) in * Integer.SIZE / out;
    int few = (int) Math.ceil(most + overhead + in * (4 - TARGET_BITS));
    int middle = Math.max(0, in - most - few) / GROUP * GROUP;
    return runs(new Run(five, most, SMALL_GROUP), new Run(four, middle, GROUP), new Run(three, in - most - middle, GROUP));
  }

  private List<Run> head(int in) {
    int most = in * 15 / 100 / GROUP * GROUP;
    return runs(new Run(eight, most, GROUP), new Run(six, in - most, GROUP));
  }

  private static List<Run> runs(Run... all) {
    return List.of(all).stream().filter(run -> run.rows > 0).toList();
  }

  @Override
  public void put(Layer layer, Tensors tensors) {
    int in = Math.toIntExact(layer.in());
    List<Run> runs = layer.key().equals(HEAD) ? head(in) : body(in, layer.out());
    long words = runs.stream().mapToLong(Run::words).sum();
    long groups = runs.stream().mapToLong(Run::groups).sum();
    tensors.add(
        layer.key() + ".q_weight",
        List.of(words, layer.out()),
        Encodings.I32,
        to -> {
          var random = layer.random(0);
          for (Run run : runs) {
            run.codes.columns(to, run.rows, (int) layer.out(), random);
          }
        });
    tensors.add(
        layer.key() + ".q_invperm",
        List.of(layer.in()),
        Encodings.I32,
        to -> {
          for (int position : permutation(in, new SplittableRandom(layer.input()))) {
            to.word(position);
          }
        });
    tensors.add(
        layer.key() + ".q_scale",
        List.of(groups, layer.out() / PACK),
        Encodings.I32,
        to -> {
          var random = layer.random(1);
          for (long i = 0; i < groups * (layer.out() / PACK); i++) {
            to.word(LARGE_CODES | (random.nextInt() & 0x33333333));
          }
        });
    tensors.add(
        layer.key() + ".q_scale_max",
        List.of(groups),
        Encodings.F16,
        to -> {
          var random = layer.random(2);
          for (Run run : runs) {
            to.halves(run.groups(), run.codes.scale() / SQUARES, random);
          }
        });
    tensors.add(layer.key() + ".q_groups", List.of(2 * groups), Encodings.I16, to -> groups(to, runs));
  }

  private static void groups(WordOutput to, List<Run> runs) throws IOException {
    int first = 0;
    for (Run run : runs) {
      for (int row = 0; row < run.rows; row += run.group) {
        to.bits16(run.codes.bits());
        to.bits16(first + row * run.codes.bits() / Integer.SIZE);
      }
      first += run.words();
    }
  }

  private static List<Integer> permutation(int count, SplittableRandom random) {
    var positions = new ArrayList<Integer>(count);
    for (int i = 0; i < count; i++) {
      positions.add(random.nextInt(i + 1), i);
    }
    return positions;
  }

  @Override
  public void describe(ObjectNode config) {
    config.put("quant_method", "exl2").put("version", "0.3.2").put("bits", TARGET_BITS).put("head_bits", 6);
    config.putObject("calibration").put("rows", 0).put("length", 0).put("dataset", "random codes");
  }

  @Override
  public boolean quantizesHead() {
    return true;
  }
}
