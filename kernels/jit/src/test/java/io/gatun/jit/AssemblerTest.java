package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.jit.Assembler.Condition;
import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The assembler writes what an independent one writes, byte for byte. */
class AssemblerTest {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  /** Instructions one after the other, with the bytes of each. */
  private static final class Listing {
    final Assembler code;
    final List<String> lines = new ArrayList<>();
    private int start;

    Listing(Assembler code) {
      this.code = code;
    }

    void line(Runnable instruction) {
      instruction.run();
      byte[] all = code.bytes();
      lines.add(HEX.formatHex(all, start, code.here()));
      start = code.here();
    }
  }

  private static String approved() throws IOException {
    try (InputStream in = Objects.requireNonNull(AssemblerTest.class.getResourceAsStream("instructions.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void everyInstructionHasTheBytesOfAnIndependentAssembler() throws IOException {
    var listing = new Listing(new Assembler());
    vectors(listing);
    dots(listing);
    vectorsOf512Bits(listing);
    generals(listing);
    var doubled = new Listing(new Assembler(true));
    doubledVectors(doubled);
    listing.lines.addAll(doubled.lines);
    List<String> expected =
        approved().lines().filter(line -> !line.startsWith("#")).map(line -> line.substring(0, line.indexOf('|')).strip()).toList();
    assertEquals(String.join("\n", expected), String.join("\n", listing.lines));
  }

  private static void vectors(Listing listing) {
    Assembler code = listing.code;
    listing.line(() -> code.op(Op.VMOVDQU, ymm(1), Mem.at(Gp.RAX, 0)));
    listing.line(() -> code.op(Op.VMOVDQU, ymm(9).half(), Mem.at(Gp.R13, Gp.R10, 1, 18)));
    listing.line(() -> code.op(Op.VMOVDQU, ymm(15), Mem.at(Gp.R12, 0)));
    listing.line(() -> code.op(Op.VMOVUPS, ymm(2), Mem.at(Gp.RSP, 8)));
    listing.line(() -> code.op(Op.VMOVD, ymm(1).half(), Mem.at(Gp.RBX, Gp.R11, 4, 0)));
    listing.line(() -> code.op(Op.VPBLENDD, ymm(3).half(), ymm(3), Mem.at(Gp.RBX, Gp.R11, 4, 12), 2));
    listing.line(() -> code.op(Op.VMOVSD, ymm(1).half(), Mem.at(Gp.RBX, Gp.R11, 8, 0)));
    listing.line(() -> code.op(Op.VMOVHPS, ymm(9).half(), ymm(9), Mem.at(Gp.RBX, Gp.R11, 8, 1024)));
    listing.line(() -> code.op(Op.VBROADCASTSS, ymm(3), Mem.at(Gp.RDX, Gp.RBP, 1, 4)));
    listing.line(() -> code.op(Op.VBROADCASTI128, ymm(4), Mem.at(Gp.RCX, Gp.RBP, 8, 16)));
    listing.line(() -> code.op(Op.VPBROADCASTD, ymm(5), Literal.of(0)));
    listing.line(() -> code.op(Op.VPBROADCASTD, ymm(12), Mem.at(Gp.RAX, Gp.RBP, 1, -4)));
    listing.line(() -> code.op(Op.VPBROADCASTW, ymm(1).half(), Mem.at(Gp.RSI, 0)));
    listing.line(() -> code.op(Op.VPBROADCASTQ, ymm(3), Mem.at(Gp.R13, Gp.R9, 1, 34)));
    listing.line(() -> code.op(Op.VINSERTI128, ymm(6), ymm(6), Mem.at(Gp.R14, Gp.R9, 2, 2), 1));
    listing.line(() -> code.op(Op.VPBLENDW, ymm(11).half(), ymm(11), Mem.at(Gp.R13, Gp.R9, 1, -2), 2));
    listing.line(() -> code.op(Op.VPINSRB, ymm(1).half(), ymm(1).half(), Mem.at(Gp.R11, Gp.R15, 2, 0), 6));
    listing.line(() -> code.op(Op.VPINSRD, ymm(1).half(), ymm(1).half(), Mem.at(Gp.R13, Gp.R15, 1, 0), 1));
    listing.line(() -> code.op(Op.VPMOVSXBW, ymm(9), Mem.at(Gp.R11, Gp.R14, 1, 0)));
    listing.line(() -> code.op(Op.VPERM2I128, ymm(6), ymm(4), ymm(5), 0x20));
    listing.line(() -> code.op(Op.VPERMQ, ymm(8), ymm(4), 8));
    listing.line(() -> code.op(Op.VPERMPS, ymm(0), ymm(13), Mem.at(Gp.RCX, 0)));
    three(listing, Op.VPUNPCKLBW, 10, 8, ymm(9));
    three(listing, Op.VPUNPCKHBW, 8, 8, ymm(9));
    three(listing, Op.VPUNPCKLWD, 11, 10, ymm(12));
    three(listing, Op.VPUNPCKHWD, 10, 10, ymm(12));
    listing.line(() -> code.op(Op.VPMOVZXBD, ymm(1), ymm(1).half()));
    listing.line(() -> code.op(Op.VCVTPS2PH, ymm(9), ymm(2).half(), 0));
    listing.line(() -> code.op(Op.VEXTRACTI128, ymm(10), Mem.at(Gp.R13, Gp.R9, 2, 48), 1));
    listing.line(() -> code.op(Op.VPMULLD, ymm(3), ymm(11), ymm(12)));
    listing.line(() -> code.op(Op.VFMADD213PS, ymm(2), ymm(14), Mem.at(Gp.RDX, 32)));
    three(listing, Op.VPSRLVD, 1, 9, ymm(10));
    three(listing, Op.VPUNPCKLDQ, 8, 4, ymm(5));
    three(listing, Op.VPUNPCKHDQ, 9, 4, ymm(5));
    three(listing, Op.VPUNPCKLQDQ, 4, 8, ymm(10));
    three(listing, Op.VPUNPCKHQDQ, 5, 8, ymm(10));
    three(listing, Op.VPACKUSDW, 4, 10, ymm(4));
    three(listing, Op.VPACKUSWB, 3, 3, ymm(4));
    listing.line(() -> code.op(Op.VSHUFPS, ymm(3), ymm(3), ymm(4), 0xDD));
    listing.line(() -> code.op(Op.VPMOVSXBD, ymm(3), Mem.at(Gp.RDI, 8)));
    listing.line(() -> code.op(Op.VPMOVZXBW, ymm(5), Mem.at(Gp.R14, Gp.R9, 2, 18)));
    listing.line(() -> code.op(Op.VPMOVZXWD, ymm(3), ymm(3)));
    three(listing, Op.VPSHUFB, 6, 2, ymm(6));
    three(listing, Op.VPAND, 6, 6, ymm(1));
    three(listing, Op.VPOR, 11, 12, ymm(13));
    three(listing, Op.VPXOR, 0, 0, ymm(0));
    three(listing, Op.VPANDN, 3, 4, ymm(5));
    three(listing, Op.VPCMPEQB, 8, 8, ymm(9));
    three(listing, Op.VPCMPEQD, 3, 4, ymm(12));
    three(listing, Op.VPMINSD, 4, 3, ymm(1));
    three(listing, Op.VPMAXSD, 3, 3, ymm(4));
    three(listing, Op.VPMAXUB, 10, 2, ymm(11));
    listing.line(() -> code.op(Op.VPABSB, ymm(4), Mem.at(Gp.R13, 2)));
    listing.line(() -> code.op(Op.VPSIGNB, ymm(9), ymm(2), Mem.at(Gp.R14, Gp.R9, 2, 2)));
    three(listing, Op.VPADDB, 8, 1, ymm(2));
    three(listing, Op.VPADDW, 6, 6, ymm(10));
    listing.line(() -> code.op(Op.VPADDD, ymm(6), ymm(6), Mem.at(Gp.RDI, 128)));
    three(listing, Op.VPSUBB, 4, 4, ymm(9));
    three(listing, Op.VPSUBD, 5, 5, ymm(12));
    three(listing, Op.VPHADDW, 6, 6, ymm(7));
    three(listing, Op.VPHADDD, 14, 13, ymm(12));
    three(listing, Op.VPMULLW, 2, 2, ymm(8));
    three(listing, Op.VPMADDWD, 6, 6, ymm(2));
    three(listing, Op.VPMADDUBSW, 10, 10, ymm(5));
    listing.line(() -> code.op(Op.VCVTDQ2PS, ymm(6), ymm(6)));
    listing.line(() -> code.op(Op.VCVTPH2PS, ymm(11), ymm(11)));
    listing.line(() -> code.op(Op.VCVTPH2PS, ymm(15), Mem.at(Gp.R14, Gp.RBP, 2, 0)));
    three(listing, Op.VADDPS, 0, 1, ymm(2));
    three(listing, Op.VHADDPS, 4, 4, ymm(6));
    listing.line(() -> code.op(Op.VMULPS, ymm(8), ymm(7), Mem.at(Gp.RDI, 1152)));
    three(listing, Op.VFMADD231PS, 0, 6, ymm(8));
    listing.line(() -> code.op(Op.VFNMADD231PS, ymm(0), ymm(9), Mem.at(Gp.RDI, 384)));
    listing.line(() -> code.shift(Shift.VPSRLW, ymm(10), ymm(6), 4));
    listing.line(() -> code.shift(Shift.VPSLLW, ymm(15).half(), ymm(14).half(), 2));
    listing.line(() -> code.shift(Shift.VPSRLD, ymm(4), ymm(4), 16));
    listing.line(() -> code.shift(Shift.VPSRAD, ymm(13), ymm(13), 24));
    listing.line(() -> code.shift(Shift.VPSLLD, ymm(13), ymm(5), 8));
    listing.line(() -> code.store(Mem.at(Gp.R12, 0), ymm(0)));
    listing.line(() -> code.store(Mem.at(Gp.RDI, 1120), ymm(13).half()));
    listing.line(() -> code.op(Op.VCVTPS2DQ, ymm(1), ymm(9)));
    listing.line(() -> code.op(Op.VCVTPS2PD, ymm(1), ymm(1).half()));
    listing.line(() -> code.op(Op.VPSHUFD, ymm(8), ymm(4), 0x4E));
    three(listing, Op.VPACKSSDW, 8, 8, ymm(8));
    three(listing, Op.VPACKSSWB, 0, 0, ymm(2));
    three(listing, Op.VPANDN, 8, 7, ymm(12));
    three(listing, Op.VPCMPGTD, 7, 13, ymm(4));
    three(listing, Op.VPMAXSD, 4, 4, ymm(8));
    three(listing, Op.VPSUBD, 2, 2, ymm(4));
    three(listing, Op.VUNPCKHPD, 2, 1, ymm(1));
    listing.line(() -> code.op(Op.VADDSD, ymm(0).half(), ymm(1).half(), ymm(2).half()));
    listing.line(() -> code.op(Op.VADDPS, ymm(1), ymm(1), Mem.at(Gp.RDI, 32)));
    three(listing, Op.VSUBPS, 5, 2, ymm(4));
    three(listing, Op.VDIVPS, 5, 14, ymm(4));
    three(listing, Op.VMINPS, 1, 4, ymm(1));
    three(listing, Op.VMAXPS, 1, 4, ymm(1));
    three(listing, Op.VFMSUB231PS, 5, 1, ymm(3));
    listing.line(() -> code.op(Op.VMOVUPS, ymm(3), ymm(1)));
    listing.line(() -> code.op(Op.VBROADCASTSS, ymm(0), ymm(0).half()));
    listing.line(() -> code.storeLow(Mem.at(Gp.RCX, 0), ymm(6)));
    listing.line(() -> code.storeLow(Mem.at(Gp.R8, 0), ymm(8)));
    listing.line(code::vzeroupper);
  }

  private static void dots(Listing listing) {
    three(listing, Op.VPDPBUSD, 3, 8, ymm(13));
    listing.line(() -> listing.code.op(Op.VPDPBUSD, ymm(12), ymm(9), Mem.at(Gp.RBP, Gp.R11, 1, 64)));
  }

  private static Vec zmm(int number) {
    return new Vec(number, 512);
  }

  private static void vectorsOf512Bits(Listing listing) {
    Assembler code = listing.code;
    listing.line(() -> code.op(Op.VMOVDQU, zmm(8), Mem.at(Gp.RBP, 0)));
    listing.line(() -> code.op(Op.VMOVDQU, zmm(25), Mem.at(Gp.RBP, Gp.R11, 1, 512)));
    listing.line(() -> code.op(Op.VMOVDQU, zmm(9), Mem.at(Gp.RBP, 100)));
    listing.line(() -> code.op(Op.VMOVDQU, zmm(30), zmm(17)));
    listing.line(() -> code.store(Mem.at(Gp.R12, 64), zmm(23)));
    listing.line(() -> code.store(Mem.at(Gp.R12, Gp.R9, 2, 8128), zmm(7)));
    listing.line(() -> code.op(Op.VPXOR, zmm(0), zmm(0), zmm(0)));
    listing.line(() -> code.op(Op.VPXOR, zmm(21), zmm(21), zmm(21)));
    listing.line(() -> code.op(Op.VPBROADCASTD, zmm(13), Mem.at(Gp.R13, Gp.R9, 2, 28)));
    listing.line(() -> code.op(Op.VPBROADCASTD, zmm(30), Mem.at(Gp.R13, Gp.R10, 1, 512)));
    listing.line(() -> code.op(Op.VBROADCASTSS, zmm(12), Mem.at(Gp.RCX, Gp.RDX, 1, 0)));
    listing.line(() -> code.op(Op.VPDPBUSD, zmm(7), zmm(9), zmm(13)));
    listing.line(() -> code.op(Op.VPDPBUSD, zmm(22), zmm(19), zmm(30)));
    listing.line(() -> code.op(Op.VPADDD, zmm(9), zmm(18), Mem.at(Gp.RDI, 8192)));
    listing.line(() -> code.op(Op.VCVTDQ2PS, zmm(7), zmm(7)));
    listing.line(() -> code.op(Op.VCVTDQ2PS, zmm(24), zmm(31)));
    listing.line(() -> code.op(Op.VMULPS, zmm(14), zmm(13), Mem.at(Gp.RBP, Gp.R11, 1, 576)));
    listing.line(() -> code.op(Op.VFMADD231PS, zmm(23), zmm(7), zmm(14)));
    listing.line(() -> code.op(Op.VFNMADD231PS, zmm(16), zmm(12), Mem.at(Gp.RBP, 640)));
    listing.line(() -> code.op(Op.VDPBF16PS, zmm(11), zmm(15), zmm(14)));
    listing.line(() -> code.op(Op.VDPBF16PS, zmm(5), zmm(17), Mem.at(Gp.RCX, Gp.RBP, 2, 128)));
    listing.line(() -> code.op(Op.VCVTNE2PS2BF16, zmm(0), zmm(1), zmm(0)));
    listing.line(() -> code.op(Op.VCVTNE2PS2BF16, zmm(19), zmm(20), zmm(31)));
  }

  /** Written for 256 bits by an assembler that doubles: one line for each, whatever it becomes. */
  private static void doubledVectors(Listing listing) {
    Assembler code = listing.code;
    listing.line(() -> code.op(Op.VMOVUPS, ymm(16), Mem.at(Gp.RCX, 0)));
    listing.line(() -> code.store(Mem.at(Gp.RDI, 1216), ymm(21)));
    listing.line(() -> code.op(Op.VPSHUFB, ymm(3), ymm(17), Mem.at(Gp.RBX, 64)));
    three(listing, Op.VPAND, 30, 6, ymm(1));
    three(listing, Op.VPOR, 11, 12, ymm(13));
    three(listing, Op.VPANDN, 3, 4, ymm(5));
    three(listing, Op.VPUNPCKLDQ, 8, 4, ymm(5));
    three(listing, Op.VPUNPCKHDQ, 9, 4, ymm(5));
    three(listing, Op.VPUNPCKLQDQ, 4, 8, ymm(10));
    three(listing, Op.VPUNPCKHQDQ, 5, 8, ymm(10));
    listing.line(() -> code.op(Op.VPMOVZXWD, ymm(11), Mem.at(Gp.R14, Gp.R9, 2, 32)));
    listing.line(() -> code.op(Op.VCVTPH2PS, ymm(11), ymm(11).half()));
    listing.line(() -> code.op(Op.VCVTPH2PS, ymm(15), Mem.at(Gp.R14, Gp.RBP, 2, 64)));
    listing.line(() -> code.op(Op.VBROADCASTI128, ymm(19), Mem.at(Gp.RCX, Gp.RBP, 8, 16)));
    listing.line(() -> code.op(Op.VINSERTI128, ymm(1), ymm(1), Mem.at(Gp.R8, Gp.R10, 1, 48), 3));
    listing.line(() -> code.op(Op.VINSERTI128, ymm(11), ymm(11), ymm(31), 1));
    three(listing, Op.VPMINSD, 3, 11, ymm(18));
    three(listing, Op.VPMAXSD, 11, 11, ymm(3));
    three(listing, Op.VPMAXUB, 6, 1, ymm(20));
    listing.line(() -> code.op(Op.VPABSB, ymm(6), ymm(6)));
    three(listing, Op.VPADDB, 2, 1, ymm(1));
    three(listing, Op.VPSUBB, 8, 8, ymm(22));
    three(listing, Op.VPSUBD, 6, 6, ymm(27));
    three(listing, Op.VPMULLW, 2, 2, ymm(23));
    three(listing, Op.VPMADDWD, 4, 4, ymm(29));
    three(listing, Op.VADDPS, 0, 31, ymm(0));
    listing.line(() -> code.shift(Shift.VPSRLW, ymm(10), ymm(1), 4));
    listing.line(() -> code.shift(Shift.VPSLLW, ymm(4), ymm(2), 2));
    listing.line(() -> code.shift(Shift.VPSRLD, ymm(8), ymm(4), 16));
    listing.line(() -> code.shift(Shift.VPSRAD, ymm(11), ymm(11), 24));
    listing.line(() -> code.shift(Shift.VPSLLD, ymm(11), ymm(3), 8));
    listing.line(() -> code.op(Op.VPMOVDW, ymm(7), ymm(7)));
    listing.line(() -> code.op(Op.VSHUFF32X4, ymm(1), ymm(0), ymm(4), 0x88));
    three(listing, Op.VPCMPEQB, 6, 6, ymm(24));
    three(listing, Op.VPCMPEQD, 5, 4, ymm(17));
    three(listing, Op.VPHADDD, 4, 4, ymm(6));
    three(listing, Op.VHADDPS, 0, 0, ymm(1));
    listing.line(() -> code.op(Op.VMOVDQU, ymm(3).half(), Mem.at(Gp.R8, Gp.R9, 2, 4)));
  }

  private static void three(Listing listing, Op op, int target, int first, Vec last) {
    listing.line(() -> listing.code.op(op, ymm(target), ymm(first), last));
  }

  private static void generals(Listing listing) {
    Assembler code = listing.code;
    listing.line(() -> code.mov(Gp.R8, Mem.at(Gp.RDI, 0)));
    listing.line(() -> code.mov(Gp.R13, Gp.R8));
    listing.line(() -> code.mov(Gp.RSI, Mem.at(Gp.RDI, 88)));
    listing.line(() -> code.mov(Mem.at(Gp.RDI, 136), Gp.R12));
    listing.line(() -> code.mov32(Gp.RCX, Mem.at(Gp.R13, Gp.R9, 1, 6)));
    listing.line(() -> code.mov32(Gp.R11, Mem.at(Gp.R14, Gp.R10, 1, 66)));
    listing.line(() -> code.movzxByte(Gp.R11, Mem.at(Gp.R13, 2)));
    listing.line(() -> code.movzxByte(Gp.RAX, Mem.at(Gp.RDI, 0)));
    listing.line(() -> code.movzxWord(Gp.R12, Mem.at(Gp.R14, Gp.R9, 2, 34)));
    listing.line(() -> code.shr(Gp.R11, 14));
    listing.line(() -> code.shr(Gp.RCX, 7));
    listing.line(() -> code.and(Gp.R11, 511));
    listing.line(() -> code.and(Gp.RCX, 127));
    listing.line(() -> code.or(Gp.R11, Gp.R12));
    listing.line(() -> code.lea(Gp.R10, Mem.at(Gp.R9, Gp.R9, 2, 0)));
    listing.line(() -> code.lea(Gp.R8, Mem.at(Gp.R8, Gp.R9, 8, 0)));
    listing.line(() -> code.add(Gp.RCX, Mem.at(Gp.RDI, 48)));
    listing.line(() -> code.add(Gp.RBX, Gp.RSI));
    listing.line(() -> code.add(Gp.R15, 144));
    listing.line(() -> code.add(Gp.RBP, 4));
    listing.line(() -> code.add(Gp.RSI, 1024));
    listing.line(() -> code.clear(Gp.RBP));
    listing.line(() -> code.cmp(Gp.RBP, Mem.at(Gp.RDI, 32)));
    listing.line(() -> code.cmp(Gp.RCX, Gp.RBX));
    listing.line(() -> code.dec(Gp.R11));
    listing.line(() -> code.dec(Gp.RBX));
    listing.line(() -> code.dec(Mem.at(Gp.RDI, 16)));
    listing.line(() -> code.prefetch(Mem.at(Gp.R15, 64)));
    listing.line(() -> code.prefetch(Mem.at(Gp.RAX, Gp.R9, 4, 0)));
    listing.line(() -> code.prefetch(Mem.at(Gp.RDI, 0)));
    listing.line(() -> code.push(Gp.R12));
    listing.line(() -> code.push(Gp.RBX));
    listing.line(() -> code.pop(Gp.R15));
    listing.line(() -> code.pop(Gp.RBP));
    int back = code.here();
    listing.line(code::ret);
    listing.line(() -> code.jump(Condition.BELOW, back));
    listing.line(() -> code.jump(Condition.NOT_ZERO, back));
  }

  /** The text of the approved file names every instruction that the assembler knows. */
  @Test
  void noInstructionIsLeftOut() throws IOException {
    String text = approved();
    String missing =
        Stream.<Enum<?>>concat(Arrays.stream(Op.values()), Arrays.stream(Shift.values()))
            .map(op -> op.name().toLowerCase(Locale.ROOT))
            .filter(name -> !text.contains(" " + name + " "))
            .collect(Collectors.joining(", "));
    assertEquals("", missing);
  }

  /** Bytes as GNU as 2.40 makes them, each literal once. */
  @Test
  void literalsFollowTheCode() {
    var code = new Assembler();
    code.op(Op.VPBROADCASTD, ymm(1), Literal.of(0x0F0F0F0F));
    code.op(Op.VPBROADCASTD, ymm(12), Literal.of(-32));
    code.op(Op.VPBLENDW, ymm(1), ymm(1), Literal.of(7), 7);
    code.op(Op.VPBROADCASTD, ymm(1), Literal.of(-32));
    code.ret();
    assertEquals(
        "c4e27d580d1d000000" + "c4627d582518000000" + "c4e3750e0d1200000007" + "c4e27d580d05000000" + "c3"
            + "0f0f0f0f" + "e0ffffff" + "07000000",
        HexFormat.of().formatHex(code.bytes()));
  }

  /** A literal for one vector becomes one for two; others stay as they are. */
  @Test
  void literalsAreDoubledToo() {
    var code = new Assembler(true);
    code.op(Op.VPAND, ymm(1), ymm(1), Literal.bytes(3));
    code.lea(Gp.R11, Literal.table((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5, (byte) 6, (byte) 7, (byte) 8));
    code.ret();
    assertEquals(
        "62f17548db0d36000000" + "4c8d1d6f000000" + "c3" + "00".repeat(46) + "03".repeat(64) + "0102030405060708",
        HexFormat.of().formatHex(code.bytes()));
  }

  /** Bytes as GNU as 2.40 makes them, with {@code .balign 32} before each literal. */
  @Test
  void literalsOfVectorsAreAligned() {
    var code = new Assembler();
    code.op(Op.VPAND, ymm(1), ymm(1), Literal.bytes(3));
    code.lea(Gp.R11, Literal.table((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5, (byte) 6, (byte) 7, (byte) 8));
    code.lea(Gp.RBX, Literal.halves(BitMasks.sixteen(j -> j)));
    code.ret();
    assertEquals(
        "c5f5db0d18000000" + "4c8d1d31000000" + "488d1d4a000000" + "c3" + "00".repeat(9)
            + "03".repeat(32) + "0102030405060708" + "00".repeat(24)
            + "000102030405060708090a0b0c0d0e0f".repeat(2),
        HexFormat.of().formatHex(code.bytes()));
  }
}
