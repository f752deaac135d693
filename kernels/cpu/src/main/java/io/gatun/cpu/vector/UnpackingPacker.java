package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.PanelMap.ROWS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.gatun.device.HostMatrix;
import io.gatun.device.Scratch;
import io.gatun.tensors.MatrixEncoding.Region;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Packs any encoding, through {@link HostMatrix#unpack}.
 *
 * @param groupLength columns that share a scale
 * @param hasMinimum whether groups carry a minimum
 * @param kind what codes are packed as
 */
record UnpackingPacker(int groupLength, boolean hasMinimum, PanelCodes kind) implements PanelPacker {
  private static final VarHandle QUADS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  static UnpackingPacker of(QuantizedEncoding encoding, PanelCodes kind) {
    return new UnpackingPacker(encoding.groupLength(), encoding.hasMinimum(), kind);
  }

  @Override
  public void pack(HostMatrix w, Region region, long panel, Scratch scratch) {
    int cols = region.count();
    byte[] codes = scratch.codes(PanelMap.COLS);
    float[] scales = scratch.scales(PanelMap.COLS / 16);
    float[] minimums = scratch.minimums(PanelMap.COLS / 16);
    int piece = PanelMap.piece(groupLength);
    for (int row = 0; row < region.rows(); row++) {
      w.unpack(new Region(region.row() + row, 1, region.from(), cols), codes, scales, minimums);
      scatter(codes, cols / 4, panel + PanelMap.RAW + row * 4L);
      spread(scales, cols, piece, panel + PanelMap.SCALES + row * 4L);
      if (hasMinimum) {
        spread(minimums, cols, piece, panel + PanelMap.MINIMUMS + row * 4L);
      }
    }
    expand(panel, cols / 4);
  }

  /** Brings quads of bytes, of all rows, into the panel's form. */
  void expand(long panel, int quads) {
    switch (kind) {
      case PanelCodes.Narrow(int center) -> narrow(panel, quads, center);
      case PanelCodes.Wide() -> wide(panel, quads);
    }
  }

  /** One row's codes, four at a time, to its place in each quad. */
  private static void scatter(byte[] codes, int quads, long target) {
    for (int quad = 0; quad < quads; quad++) {
      MEMORY.set(ValueLayout.JAVA_INT, target + quad * 4L * ROWS, (int) QUADS.get(codes, 4 * quad));
    }
  }

  /** One row's scales, a group's for each of its pieces. */
  private void spread(float[] values, int cols, int piece, long target) {
    for (int p = 0, col = 0; col < cols; p++, col += piece) {
      MEMORY.set(ValueLayout.JAVA_FLOAT, target + p * 4L * ROWS, values[col / groupLength]);
    }
  }

  /** Quads of bytes to pairs of 16-bit codes: the low byte of each half is a column, the high byte the next. */
  private static void narrow(long panel, int quads, int center) {
    long raw = panel + PanelMap.RAW;
    long codes = panel + PanelMap.CODES;
    for (int i = 0; i < 2 * quads; i++) {
      var pairs = IntVector.fromMemorySegment(INTS, MEMORY, raw, ORDER).reinterpretAsShorts();
      var even = pairs.lanewise(LSHL, 8).lanewise(ASHR, 8).sub((short) center);
      var odd = pairs.lanewise(ASHR, 8).sub((short) center);
      even.intoMemorySegment(MEMORY, codes, ORDER);
      odd.intoMemorySegment(MEMORY, codes + 2 * BYTES, ORDER);
      raw += BYTES;
      codes += (i & 1) == 0 ? BYTES : 3 * BYTES;
    }
  }

  private static void wide(long panel, int quads) {
    long raw = panel + PanelMap.RAW;
    long codes = panel + PanelMap.CODES;
    for (int i = 0; i < 2 * quads; i++) {
      var quad = IntVector.fromMemorySegment(INTS, MEMORY, raw, ORDER);
      var c0 = (FloatVector) quad.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0);
      var c1 = (FloatVector) quad.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0);
      var c2 = (FloatVector) quad.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0);
      var c3 = (FloatVector) quad.lanewise(ASHR, 24).convert(I2F, 0);
      c0.intoMemorySegment(MEMORY, codes, ORDER);
      c1.intoMemorySegment(MEMORY, codes + 2 * BYTES, ORDER);
      c2.intoMemorySegment(MEMORY, codes + 4 * BYTES, ORDER);
      c3.intoMemorySegment(MEMORY, codes + 6 * BYTES, ORDER);
      raw += BYTES;
      codes += (i & 1) == 0 ? BYTES : 7 * BYTES;
    }
  }
}
