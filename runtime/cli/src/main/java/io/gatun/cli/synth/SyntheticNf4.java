package io.gatun.cli.synth;

import io.gatun.cli.terminal.Json;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.FlatBlockEncoding;
import io.gatun.tensors.MatrixEncoding.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** NF4 as bitsandbytes writes it, in blocks of 64; its magnitudes are floats, or bytes that are looked up in a map. */
final class SyntheticNf4 implements LayerFormat {
  private static final int BLOCK = 64;
  private static final int NESTED = 256;
  private static final int MAP = 256;
  private static final int LEVELS = 16;

  /** Of values whose largest in a block is 1. */
  private static final double DEVIATION = 0.42;

  private final boolean nested;
  private final float[] levels = levels();
  private final CodeTable codes = CodeTable.nearest(4, levels, DEVIATION);

  SyntheticNf4(boolean nested) {
    this.nested = nested;
  }

  /** What the encoding makes of each code where the magnitude is 1. */
  private static float[] levels() {
    var pairs = new byte[LEVELS / 2];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = (byte) (2 * i << 4 | 2 * i + 1);
    }
    var one = MemorySegment.ofArray(new byte[Float.BYTES]);
    one.set(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0, 1);
    var levels = new float[LEVELS];
    new FlatBlockEncoding("nf4", 1, LEVELS, FlatBlockEncoding.Table.NF4, LEVELS, List.of())
        .decode(List.of(MemorySegment.ofArray(pairs), one), new Region(0, 1, 0, LEVELS), levels, 0);
    return levels;
  }

  @Override
  public void put(Layer layer, Tensors tensors) {
    String key = layer.key() + ".weight";
    long values = layer.out() * layer.in();
    long blocks = Math.ceilDiv(values, BLOCK);
    tensors.add(key, List.of(values / 2, 1L), Encodings.U8, to -> codes.flat(to, values, layer.random(0)));
    if (nested) {
      nested(key, blocks, layer, tensors);
    } else {
      tensors.add(
          key + ".absmax", List.of(blocks), Encodings.F32, to -> to.numbers(blocks, codes.scale(), layer.random(1)));
    }
    tensors.add(
        key + ".quant_map",
        List.of((long) LEVELS),
        Encodings.F32,
        to -> {
          for (float level : levels) {
            to.number(level);
          }
        });
    byte[] state = Json.text(state(layer)).getBytes(StandardCharsets.UTF_8);
    tensors.add(
        key + ".quant_state.bitsandbytes__nf4",
        List.of((long) state.length),
        Encodings.U8,
        to -> {
          for (byte character : state) {
            to.bits8(character);
          }
        });
  }

  /** Magnitudes within a quarter of their mean, which is the offset. */
  private void nested(String key, long blocks, Layer layer, Tensors tensors) {
    tensors.add(
        key + ".absmax",
        List.of(blocks),
        Encodings.U8,
        to -> {
          var random = layer.random(1);
          for (long i = 0; i < blocks; i++) {
            to.bits8(random.nextInt());
          }
        });
    long outer = Math.ceilDiv(blocks, NESTED);
    tensors.add(
        key + ".nested_absmax",
        List.of(outer),
        Encodings.F32,
        to -> to.numbers(outer, codes.scale() / 5, layer.random(2)));
    tensors.add(
        key + ".nested_quant_map",
        List.of((long) MAP),
        Encodings.F32,
        to -> {
          for (int code = 0; code < MAP; code++) {
            to.number((code - MAP / 2) / (MAP / 2f));
          }
        });
  }

  private ObjectNode state(Layer layer) {
    ObjectNode state = Json.object().put("quant_type", "nf4").put("blocksize", BLOCK).put("dtype", "float16");
    state.putArray("shape").add(layer.out()).add(layer.in());
    if (nested) {
      state.put("nested_blocksize", NESTED).put("nested_dtype", "float32").put("nested_offset", codes.scale());
    }
    return state;
  }

  @Override
  public void describe(ObjectNode config) {
    config.put("quant_method", "bitsandbytes").put("load_in_4bit", true).put("load_in_8bit", false);
    config.put("bnb_4bit_quant_type", "nf4").put("bnb_4bit_use_double_quant", nested);
    config.put("bnb_4bit_compute_dtype", "float16").put("bnb_4bit_quant_storage", "uint8");
  }
}
