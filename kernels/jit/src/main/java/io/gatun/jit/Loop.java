package io.gatun.jit;

/** The loops over values that are functions of machine code; {@link io.gatun.cpu.rows.RowLoops} defines their results. */
enum Loop {
  SQUARES,
  SUM,
  ADD,
  MULTIPLY_ADD,
  SUBTRACT,
  SCALE,
  DIVIDE,
  GAIN,
  MULTIPLY,
  MULTIPLY_CLAMPED,
  SILU_GATE,
  SILU,
  SILU_CLAMPED,
  GELU,
  SIGMOID,
  RELU_SQUARED,
  RELU,
  SOFTCAP,
  SLOPE,
  EXPONENTIAL,
  EXPONENTIALS,
  LARGEST,
  SOFTPLUS,
  HALVES,
  KEYS,
  VALUE,
  ROTATE_HALVES,
  ROTATE_ADJACENT,
  QUANTIZE,
  FOUR,
  ONE,
  PAIR,
  RECUR,
  SELECT;

  /** Its machine code. */
  byte[] code() {
    var code = new Assembler();
    write(code);
    code.vzeroupper();
    code.ret();
    return code.bytes();
  }

  private void write(Assembler code) {
    switch (this) {
      case SQUARES -> new SumLoops(code).squares();
      case SUM -> new SumLoops(code).sum();
      case ADD -> new ValueLoops(code).add();
      case MULTIPLY_ADD -> new ValueLoops(code).multiplyAdd();
      case SUBTRACT -> new ValueLoops(code).withConstant(Op.VSUBPS);
      case SCALE -> new ValueLoops(code).withConstant(Op.VMULPS);
      case DIVIDE -> new ValueLoops(code).withConstant(Op.VDIVPS);
      case GAIN -> new ValueLoops(code).gain();
      case MULTIPLY -> new ValueLoops(code).multiply();
      case MULTIPLY_CLAMPED -> new ValueLoops(code).multiplyClamped();
      case SILU_GATE -> new ActivationLoops(code).siluGate();
      case SILU -> new ActivationLoops(code).silu();
      case SILU_CLAMPED -> new ActivationLoops(code).siluClamped();
      case GELU -> new ActivationLoops(code).gelu();
      case SIGMOID -> new ActivationLoops(code).sigmoid();
      case RELU_SQUARED -> new ActivationLoops(code).reluSquared();
      case RELU -> new ActivationLoops(code).relu();
      case SOFTCAP -> new ActivationLoops(code).softcap();
      case SLOPE -> new ValueLoops(code).slope();
      case EXPONENTIAL -> new ActivationLoops(code).exponentialOfOne();
      case EXPONENTIALS -> new ActivationLoops(code).exponentials();
      case LARGEST -> new SumLoops(code).largest();
      case SOFTPLUS -> new ActivationLoops(code).softplus();
      case HALVES -> new CodeLoops(code).halves();
      case KEYS -> new CodeLoops(code).decodeKeys();
      case VALUE -> new CodeLoops(code).decodeValue();
      case ROTATE_HALVES -> new RotationLoops(code).rotateHalves();
      case ROTATE_ADJACENT -> new RotationLoops(code).rotateAdjacent();
      case QUANTIZE -> new CodeLoops(code).quantize();
      case FOUR -> new AttentionLoops(code).four();
      case ONE -> new AttentionLoops(code).one();
      case PAIR -> new AttentionLoops(code).pair();
      case RECUR -> new RecurrenceLoops(code).recur();
      case SELECT -> new RecurrenceLoops(code).select();
    }
  }
}
