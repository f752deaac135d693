package io.gatun.cli.synth;

import java.nio.file.Path;

/** The formats of a Hugging Face folder that can be synthesized. What is not a linear layer is plain. */
enum FolderType implements SyntheticType {
  HF_F16("hf-f16"),
  HF_BF16("hf-bf16"),
  /** ExLlamaV2 with an average of 4.0 bits: 5, 4 and 3 bits mixed and inputs permuted; the head has 6. */
  EXL2("exl2-4.0"),
  /** ExLlamaV3 with 4 bits; the head has 6. */
  EXL3("exl3-4"),
  /** GPTQ, 4 bits, symmetric, groups of 128. */
  GPTQ("gptq-4-128"),
  /** The same with act-order: inputs belong to groups in any order. */
  GPTQ_ACT_ORDER("gptq-4-128-actorder"),
  /** AWQ, 4 bits with zero points, groups of 128, in the layout of its GEMM. */
  AWQ("awq-4-128"),
  /** Packed integers of compressed-tensors, 4 bits, symmetric, groups of 128. */
  W4A16("w4a16"),
  /** Bytes of compressed-tensors with a scale for each output, and activations of 8 bits for each token. */
  W8A8("w8a8"),
  /** NF4 of bitsandbytes, blocks of 64. */
  NF4("nf4"),
  /** NF4 whose magnitudes are quantized too. */
  NF4_NESTED("nf4-nested"),
  /** E4M3 with a scale for each block of 128 × 128. */
  FP8("fp8");

  private final String id;

  FolderType(String id) {
    this.id = id;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public boolean isFolder() {
    return true;
  }

  @Override
  public Written write(Shape shape, long seed, Path out) {
    return SyntheticFolder.write(shape, this, seed, out);
  }

  /** The type that {@code config.json} names for what is not quantized. */
  String plainType() {
    return equals(HF_BF16) ? "bfloat16" : "float16";
  }

}
