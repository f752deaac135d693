package io.gatun.oracle.layers;

import io.gatun.oracle.layers.AwqWriter.Layout;
import io.gatun.oracle.layers.BitsAndBytesWriter.Table;
import io.gatun.oracle.layers.Exl2Writer.Run;
import io.gatun.oracle.layers.Exl3Writer.Codebook;
import io.gatun.oracle.layers.Fp8Writer.Scales;
import io.gatun.oracle.layers.GptqWriter.Version;
import java.util.List;
import java.util.Locale;

/**
 * The catalogue of formats in which tests store layers.
 *
 * @param id for names of tests
 * @param config the object {@code quantization_config} that belongs to it, as JSON
 * @param writer of its layers
 * @param step what numbers of inputs are a multiple of
 * @param quantizesHead whether the output projection has a quantized layer of its own, tied or not
 */
public record QuantizedFormat(String id, String config, LayerWriter writer, int step, boolean quantizesHead) {

  /** All formats. */
  public static List<QuantizedFormat> all() {
    return List.of(
        exl2("exl2-2", new Run(2, 1, 64)),
        exl2("exl2-3", new Run(3, 1, 128)),
        exl2("exl2-4", new Run(4, 1, 32)),
        exl2("exl2-5", new Run(5, 1, 128)),
        exl2("exl2-6", new Run(6, 1, 96)),
        exl2("exl2-8", new Run(8, 1, 128)),
        exl2("exl2-5-4-3", new Run(5, 0.25, 32), new Run(4, 0.5, 64), new Run(3, 0, 128)),
        exl2("exl2-8-6-2", new Run(8, 0.25, 128), new Run(6, 0.25, 32), new Run(2, 0, 128)),
        gptq(Version.FIRST, 2, 64, false, false),
        gptq(Version.FIRST, 3, 128, false, true),
        gptq(Version.FIRST, 4, 128, true, false),
        gptq(Version.FIRST, 4, 32, false, true),
        gptq(Version.FIRST, 8, 32, true, true),
        gptq(Version.SECOND, 2, 32, true, true),
        gptq(Version.SECOND, 3, 32, true, false),
        gptq(Version.SECOND, 4, 128, true, true),
        gptq(Version.SECOND, 4, 32, false, false),
        gptq(Version.SECOND, 8, 128, false, false),
        gptq(Version.PLANAR, 5, 64, true, false),
        gptq(Version.PLANAR, 6, 32, false, true),
        gptq(Version.PLANAR, 7, 32, true, false),
        awq(Layout.GEMM, 128),
        awq(Layout.GEMM, 32),
        awq(Layout.GEMV, 64),
        awq(Layout.GEMV, 128),
        awq(Layout.GEMV_FAST, 64),
        bitsAndBytes(Table.NF4, 64, false),
        bitsAndBytes(Table.NF4, 64, true),
        bitsAndBytes(Table.FP4, 128, false),
        bitsAndBytes(Table.FP4, 64, true),
        of(
            "llm.int8",
            "'quant_method':'bitsandbytes','load_in_8bit':true,'llm_int8_threshold':6.0",
            new Int8Writer(Int8Writer.Kind.LLM_INT8)),
        fp8(false, Scales.TENSOR, "'quant_method':'fp8','activation_scheme':'dynamic'"),
        fp8(true, Scales.TENSOR, "'quant_method':'fp8','activation_scheme':'dynamic'"),
        fp8(false, Scales.ROW, group("float-quantized", "'num_bits':8,'type':'float','strategy':'channel'")),
        fp8(false, Scales.BLOCK, "'quant_method':'fp8','activation_scheme':'dynamic','weight_block_size':[128,128]"),
        fp8(false, Scales.POWER, group("mxfp8-quantized", "'num_bits':8,'type':'float','strategy':'group','group_size':32")),
        packed(4, 128, true, false, false),
        packed(4, 32, false, false, true),
        packed(3, 32, true, true, false),
        packed(3, 64, false, false, false),
        packed(5, 32, false, true, false),
        packed(8, 0, true, false, false),
        of(
            "w8a8",
            group("int-quantized", "'num_bits':8,'type':'int','strategy':'channel','symmetric':true"),
            new Int8Writer(Int8Writer.Kind.W8A8)),
        fp4(Fp4Writer.Kind.NVFP4_DIVIDED, group("nvfp4-pack-quantized", "'num_bits':4,'type':'float','group_size':16")),
        fp4(Fp4Writer.Kind.NVFP4_MULTIPLIED, "'quant_method':'modelopt','quant_algo':'NVFP4','group_size':16"),
        fp4(Fp4Writer.Kind.MXFP4, group("mxfp4-pack-quantized", "'num_bits':4,'type':'float','group_size':32")),
        fp4(Fp4Writer.Kind.MXFP4_RAW, "'quant_method':'fp8','scale_fmt':'ue8m0'"),
        exl3(Codebook.THREE_INSTRUCTIONS, 6),
        exl3(Codebook.MCG, 4),
        exl3(Codebook.MUL1, 8));
  }

  private static QuantizedFormat of(String id, String config, LayerWriter writer) {
    return new QuantizedFormat(id, json(config), writer, 32, false);
  }

  private static String json(String config) {
    return "{" + config.replace('\'', '"') + "}";
  }

  private static QuantizedFormat exl2(String id, Run... runs) {
    String config = json("'quant_method':'exl2','version':'0.3.2','bits':4.0,'head_bits':6");
    return new QuantizedFormat(id, config, new Exl2Writer(List.of(runs)), 32, true);
  }

  private static QuantizedFormat gptq(Version version, int bits, int group, boolean symmetric, boolean actOrder) {
    String label =
        switch (version) {
          case FIRST -> "gptq";
          case SECOND -> "gptq_v2";
          case PLANAR -> "gptq_p";
        };
    String id = label + "-" + bits + "-" + group + (symmetric ? "-sym" : "-asym") + (actOrder ? "-act-order" : "");
    String config =
        "'quant_method':'gptq','bits':%d,'group_size':%d,'sym':%s,'desc_act':%s,'checkpoint_format':'%s'"
            .formatted(bits, group, symmetric, actOrder, label);
    return of(id, config, new GptqWriter(version, bits, group, symmetric, actOrder));
  }

  private static QuantizedFormat awq(Layout layout, int group) {
    String version = layout.name().toLowerCase(Locale.ROOT);
    String config =
        "'quant_method':'awq','bits':4,'group_size':%d,'zero_point':true,'version':'%s'".formatted(group, version);
    int step = layout == Layout.GEMV_FAST ? 64 : 32;
    return new QuantizedFormat("awq-" + version + "-" + group, json(config), new AwqWriter(layout, group), step, false);
  }

  private static QuantizedFormat bitsAndBytes(Table table, int block, boolean nested) {
    String name = table.name().toLowerCase(Locale.ROOT);
    String config =
        "'quant_method':'bitsandbytes','load_in_4bit':true,'bnb_4bit_quant_type':'%s','bnb_4bit_use_double_quant':%s"
            .formatted(name, nested);
    String id = "bnb-" + name + "-" + block + (nested ? "-nested" : "");
    return of(id, config, new BitsAndBytesWriter(table, block, nested));
  }

  private static QuantizedFormat fp8(boolean e5m2, Scales scales, String config) {
    String id = (e5m2 ? "fp8-e5m2-" : "fp8-e4m3-") + scales.name().toLowerCase(Locale.ROOT);
    return of(id, config, new Fp8Writer(e5m2, scales));
  }

  private static QuantizedFormat packed(int bits, int group, boolean symmetric, boolean whole, boolean actOrder) {
    String strategy = group == 0 ? "'strategy':'channel'" : "'strategy':'group','group_size':" + group;
    String config =
        group(
            "pack-quantized",
            "'num_bits':%d,'type':'int','symmetric':%s,%s%s"
                .formatted(bits, symmetric, strategy, actOrder ? ",'actorder':'group'" : ""));
    String id =
        "ct-int" + bits + "-" + group + (symmetric ? "-sym" : "-asym") + (whole ? "-whole" : "") + (actOrder ? "-act-order" : "");
    return of(id, config, new PackedIntWriter(bits, group, symmetric, whole, actOrder));
  }

  private static QuantizedFormat fp4(Fp4Writer.Kind kind, String config) {
    return of(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), config, new Fp4Writer(kind));
  }

  private static QuantizedFormat exl3(Codebook codebook, int bits) {
    String name = codebook.name().toLowerCase(Locale.ROOT).replace('_', '-');
    String config = json("'quant_method':'exl3','bits':%d,'head_bits':%d".formatted(bits, bits));
    return new QuantizedFormat("exl3-" + name + "-" + bits, config, new Exl3Writer(codebook, bits), 128, true);
  }

  /** The configuration of compressed-tensors with one group of layers. */
  private static String group(String format, String weights) {
    return "'quant_method':'compressed-tensors','format':'%s','config_groups':{'group_0':{'targets':['Linear'],'weights':{%s}}},'ignore':['lm_head']"
        .formatted(format, weights);
  }

  /** For names of tests. */
  @Override
  public String toString() {
    return id;
  }
}
