package io.gatun.jit;

import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.RAX;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.FlatBlockEncoding;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Makes floats of the magnitudes of {@link FlatBlockEncoding} that are quantized themselves. */
final class NestedScales {
  /** Floats of the map. */
  static final int MAP_BYTES = (1 << Byte.SIZE) * Float.BYTES;

  private static final int OUTER = 3;
  private static final int MAP = 2;
  private static final int EIGHT = 8;
  private static final Lazy<MemorySegment> FUNCTION = Assembled.function("nested scales", NestedScales::function);

  private NestedScales() {}

  /**
   * Stores magnitudes.
   *
   * @param planes of the encoding
   * @param from the first of them, and {@code count}: multiples of 8, as the length of what has an outer one in common
   * @param map address of room for {@link #MAP_BYTES}
   * @param target address of room for them
   */
  static void store(
      List<MemorySegment> planes, FlatBlockEncoding.Nested nested, long from, long count, MemorySegment map, long target) {
    map.copyFrom(planes.get(MAP).asSlice(0, MAP_BYTES));
    long codes = Weights.address(planes.get(1), from, count);
    long outers = Weights.address(planes.get(OUTER), 0, ((from + count - 1) / nested.length() + 1) * Float.BYTES);
    long length = nested.length();
    for (long at = from, end; at < from + count; at = end) {
      end = Math.min(from + count, (at / length + 1) * length);
      long to = target + (at - from) * Float.BYTES;
      long outer = outers + at / length * Float.BYTES;
      Calls.loop(FUNCTION.get(), nested.offset(), codes + at - from, to, end - at, map.address(), outer, 0, 0, 0);
    }
  }

  /** {@code target[i] = map[code[i]] · outer + offset}, i a multiple of 8 from 8 on. */
  static byte[] function() {
    var code = new Assembler();
    Vec offset = ymm(0);
    Vec outer = ymm(1);
    code.op(Op.VBROADCASTSS, offset, offset.half());
    code.op(Op.VBROADCASTSS, outer, Mem.at(R8, 0));
    int next = code.here();
    Vec eight = ymm(2);
    four(code, eight.half(), 0);
    four(code, ymm(3).half(), EIGHT / 2);
    code.op(Op.VINSERTI128, eight, eight, ymm(3).half(), 1);
    code.op(Op.VMULPS, eight, eight, outer);
    code.op(Op.VADDPS, eight, eight, offset);
    code.store(Mem.at(RSI, 0), eight);
    code.add(RDI, EIGHT);
    code.add(RSI, Emitter.VECTOR);
    code.add(RDX, -EIGHT);
    code.jump(Assembler.Condition.NOT_ZERO, next);
    code.vzeroupper();
    code.ret();
    return code.bytes();
  }

  private static void four(Assembler code, Vec target, int first) {
    for (int i = 0; i < EIGHT / 2; i++) {
      code.movzxByte(RAX, Mem.at(RDI, first + i));
      Mem number = Mem.at(RCX, RAX, Float.BYTES, 0);
      if (i == 0) {
        code.op(Op.VMOVD, target, number);
      } else {
        code.op(Op.VPINSRD, target, target, number, i);
      }
    }
  }
}
