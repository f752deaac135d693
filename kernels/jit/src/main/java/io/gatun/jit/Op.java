package io.gatun.jit;

/**
 * The vector instructions that are used, by their VEX or EVEX encoding: Intel 64 and IA-32 Architectures Software
 * Developer's Manual, volume 2, "VEX.L.pp.map.W opcode".
 */
enum Op {
  VMOVDQU(Op.PF3, Op.M0F, 0x6F),
  VMOVUPS(Op.PNO, Op.M0F, 0x10),
  VMOVD(Op.P66, Op.M0F, 0x6E),
  VMOVSD(Op.PF2, Op.M0F, 0x10),
  VMOVHPS(Op.PNO, Op.M0F, 0x16),
  VBROADCASTSS(Op.P66, Op.M38, 0x18, 0, Op.LANE),
  VBROADCASTI128(Op.P66, Op.M38, 0x5A, 0, Op.QUARTER),
  VPBROADCASTQ(Op.P66, Op.M38, 0x59),
  VPBROADCASTW(Op.P66, Op.M38, 0x79),
  VPBROADCASTD(Op.P66, Op.M38, 0x58, 0, Op.LANE),
  VPINSRB(Op.P66, Op.M3A, 0x20),
  VPINSRD(Op.P66, Op.M3A, 0x22),
  /** Its target stands where others have their source. */
  VEXTRACTI128(Op.P66, Op.M3A, 0x39, 0, Op.QUARTER),
  VINSERTI128(Op.P66, Op.M3A, 0x38, 0, Op.QUARTER),
  VPBLENDD(Op.P66, Op.M3A, 0x02),
  VPBLENDW(Op.P66, Op.M3A, 0x0E),
  VPERM2I128(Op.P66, Op.M3A, 0x46),
  VPERMQ(Op.P66, Op.M3A, 0x00, 1),
  VPERMPS(Op.P66, Op.M38, 0x16),
  VPUNPCKLBW(Op.P66, Op.M0F, 0x60),
  VPUNPCKHBW(Op.P66, Op.M0F, 0x68),
  VPUNPCKLWD(Op.P66, Op.M0F, 0x61),
  VPUNPCKHWD(Op.P66, Op.M0F, 0x69),
  VPUNPCKLDQ(Op.P66, Op.M0F, 0x62),
  VPUNPCKHDQ(Op.P66, Op.M0F, 0x6A),
  VPUNPCKLQDQ(Op.P66, Op.M0F, 0x6C),
  VPUNPCKHQDQ(Op.P66, Op.M0F, 0x6D),
  VPACKUSDW(Op.P66, Op.M38, 0x2B),
  VPACKUSWB(Op.P66, Op.M0F, 0x67),
  VPMOVSXBW(Op.P66, Op.M38, 0x20),
  VPMOVSXBD(Op.P66, Op.M38, 0x21),
  VPMOVZXBD(Op.P66, Op.M38, 0x31),
  VPMOVZXBW(Op.P66, Op.M38, 0x30),
  VPMOVZXWD(Op.P66, Op.M38, 0x33, 0, Op.HALF),
  VPSHUFB(Op.P66, Op.M38, 0x00),
  VPSRLVD(Op.P66, Op.M38, 0x45),
  VPAND(Op.P66, Op.M0F, 0xDB),
  VPOR(Op.P66, Op.M0F, 0xEB),
  VPXOR(Op.P66, Op.M0F, 0xEF),
  VPANDN(Op.P66, Op.M0F, 0xDF),
  VPCMPEQB(Op.P66, Op.M0F, 0x74),
  VPCMPEQD(Op.P66, Op.M0F, 0x76),
  VPMINSD(Op.P66, Op.M38, 0x39),
  VPMAXSD(Op.P66, Op.M38, 0x3D),
  VPMAXUB(Op.P66, Op.M0F, 0xDE),
  VPABSB(Op.P66, Op.M38, 0x1C),
  VPSIGNB(Op.P66, Op.M38, 0x08),
  VPADDB(Op.P66, Op.M0F, 0xFC),
  VPADDW(Op.P66, Op.M0F, 0xFD),
  VPADDD(Op.P66, Op.M0F, 0xFE),
  VPSUBB(Op.P66, Op.M0F, 0xF8),
  VPSUBD(Op.P66, Op.M0F, 0xFA),
  VPHADDW(Op.P66, Op.M38, 0x01),
  VPHADDD(Op.P66, Op.M38, 0x02),
  VPMULLW(Op.P66, Op.M0F, 0xD5),
  VPMULLD(Op.P66, Op.M38, 0x40),
  VPMADDWD(Op.P66, Op.M0F, 0xF5),
  VPMADDUBSW(Op.P66, Op.M38, 0x04),
  VCVTDQ2PS(Op.PNO, Op.M0F, 0x5B),
  VCVTPH2PS(Op.P66, Op.M38, 0x13, 0, Op.HALF),
  /** Its target stands where others have their source. */
  VCVTPS2PH(Op.P66, Op.M3A, 0x1D, 0, Op.HALF),
  VADDPS(Op.PNO, Op.M0F, 0x58),
  VHADDPS(Op.PF2, Op.M0F, 0x7C),
  VCVTPS2DQ(Op.P66, Op.M0F, 0x5B),
  VCVTPS2PD(Op.PNO, Op.M0F, 0x5A),
  VSHUFPS(Op.PNO, Op.M0F, 0xC6),
  VPSHUFD(Op.P66, Op.M0F, 0x70),
  VPACKSSDW(Op.P66, Op.M0F, 0x6B),
  VPACKSSWB(Op.P66, Op.M0F, 0x63),
  VPCMPGTD(Op.P66, Op.M0F, 0x66),
  VUNPCKHPD(Op.P66, Op.M0F, 0x15),
  VADDSD(Op.PF2, Op.M0F, 0x58),
  VSUBPS(Op.PNO, Op.M0F, 0x5C),
  VDIVPS(Op.PNO, Op.M0F, 0x5E),
  VMINPS(Op.PNO, Op.M0F, 0x5D),
  VMAXPS(Op.PNO, Op.M0F, 0x5F),
  VMULPS(Op.PNO, Op.M0F, 0x59),
  VFMADD213PS(Op.P66, Op.M38, 0xA8),
  VFMADD231PS(Op.P66, Op.M38, 0xB8),
  VFMSUB231PS(Op.P66, Op.M38, 0xBA),
  VFNMADD231PS(Op.P66, Op.M38, 0xBC),
  VPDPBUSD(Op.P66, Op.M38, 0x50),
  VDPBF16PS(Op.PF3, Op.M38, 0x52),
  VCVTNE2PS2BF16(Op.PF2, Op.M38, 0x72),
  VSHUFF32X4(Op.P66, Op.M3A, 0x23),
  VPMOVDW(Op.PF3, Op.M38, 0x33, 0, Op.HALF),
  VPMOVM2B(Op.PF3, Op.M38, 0x28),
  VPMOVM2D(Op.PF3, Op.M38, 0x38);

  private static final int PNO = 0;
  private static final int P66 = 1;
  private static final int PF3 = 2;
  private static final int PF2 = 3;
  private static final int M0F = 1;
  private static final int M38 = 2;
  private static final int M3A = 3;

  /** Of a vector of 64 bytes. */
  private static final int VECTOR = 64;

  private static final int HALF = 32;
  private static final int QUARTER = 16;
  private static final int LANE = 4;

  final int prefix;
  final int map;
  final int code;
  final int wide;

  /** Bytes that it reads of memory where vectors have 64: in these are short displacements counted. */
  final int memory;

  Op(int prefix, int map, int code) {
    this(prefix, map, code, 0);
  }

  Op(int prefix, int map, int code, int wide) {
    this(prefix, map, code, wide, VECTOR);
  }

  Op(int prefix, int map, int code, int wide, int memory) {
    this.prefix = prefix;
    this.map = map;
    this.code = code;
    this.wide = wide;
    this.memory = memory;
  }

  /** Bit W of its EVEX encoding. */
  int evexWide() {
    return this == VPUNPCKLQDQ || this == VPUNPCKHQDQ ? 1 : wide;
  }
}
