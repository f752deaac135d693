package io.gatun.cli.synth;

import io.gatun.tensors.Encodings;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/** GPTQ as AutoGPTQ writes it: 4 bits, symmetric, groups of 128 inputs, in their order or, with act-order, in any. */
final class SyntheticGptq implements LayerFormat {
  private static final int GROUP = 128;
  private static final int PACK = 8;

  /** Eight zero points of 8, stored less one. */
  private static final int ZEROS = 0x77777777;

  private final CodeTable codes = CodeTable.integers(4);
  private final boolean isShuffled;

  /** @param isShuffled whether inputs belong to groups in any order */
  SyntheticGptq(boolean isShuffled) {
    this.isShuffled = isShuffled;
  }

  @Override
  public void put(Layer layer, Tensors tensors) {
    long out = layer.out();
    long groups = Math.ceilDiv(layer.in(), GROUP);
    tensors.add(
        layer.key() + ".qweight",
        List.of(layer.in() / PACK, out),
        Encodings.I32,
        to -> codes.columns(to, layer.in(), (int) out, layer.random(0)));
    tensors.add(
        layer.key() + ".qzeros",
        List.of(groups, out / PACK),
        Encodings.I32,
        to -> {
          for (long i = 0; i < groups * (out / PACK); i++) {
            to.word(ZEROS);
          }
        });
    tensors.add(
        layer.key() + ".scales",
        List.of(groups, out),
        Encodings.F16,
        to -> to.halves(groups * out, codes.scale(), layer.random(1)));
    tensors.add(
        layer.key() + ".g_idx",
        List.of(layer.in()),
        Encodings.I32,
        to -> {
          for (int group : groups(layer)) {
            to.word(group);
          }
        });
  }

  /** The group of each input; layers of the same input have the same. */
  private int[] groups(Layer layer) {
    int[] groups = IntStream.range(0, Math.toIntExact(layer.in())).map(i -> i / GROUP).toArray();
    var random = new SplittableRandom(layer.input());
    for (int i = groups.length - 1; isShuffled && i > 0; i--) {
      int other = random.nextInt(i + 1);
      int group = groups[i];
      groups[i] = groups[other];
      groups[other] = group;
    }
    return groups;
  }

  @Override
  public void describe(ObjectNode config) {
    config.put("quant_method", "gptq").put("bits", 4).put("group_size", GROUP);
    config.put("desc_act", isShuffled).put("sym", true).put("checkpoint_format", "gptq");
  }
}
