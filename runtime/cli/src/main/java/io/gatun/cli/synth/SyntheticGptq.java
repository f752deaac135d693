package io.gatun.cli.synth;

import io.gatun.tensors.Encodings;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** GPTQ as AutoGPTQ writes it: 4 bits, symmetric, groups of 128 inputs in their order. */
final class SyntheticGptq implements LayerFormat {
  private static final int GROUP = 128;
  private static final int PACK = 8;

  /** Eight zero points of 8, stored less one. */
  private static final int ZEROS = 0x77777777;

  private final CodeTable codes = CodeTable.integers(4);

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
          for (int i = 0; i < layer.in(); i++) {
            to.word(i / GROUP);
          }
        });
  }

  @Override
  public void describe(ObjectNode config) {
    config.put("quant_method", "gptq").put("bits", 4).put("group_size", GROUP);
    config.put("desc_act", false).put("sym", true).put("checkpoint_format", "gptq");
  }
}
