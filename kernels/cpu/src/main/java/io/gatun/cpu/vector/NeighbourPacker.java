package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.PanelMap.ROWS;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.gatun.device.HostMatrix;
import io.gatun.device.Scratch;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.IntegerCodes;
import io.gatun.tensors.MatrixEncoding.Region;
import io.gatun.tensors.PackedCodes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;

/**
 * Packs codes of 2, 4 or 8 bits whose rows are neighbours in memory, as GPTQ stores them: lanes are rows already, so that each
 * column is a shift of a vector of words, whatever the order of columns is.
 *
 * @param any packs what are not whole strips
 * @param bits of a code
 */
record NeighbourPacker(UnpackingPacker any, int bits) implements PanelPacker {
  private static final int QUAD = 4;
  private static final int BYTE = 0xFF;

  /** This packer where it fits the matrix, else {@code any}. */
  static PanelPacker of(IntegerCodes codes, UnpackingPacker any) {
    return codes instanceof AffineEncoding affine && affine.layout() instanceof PackedCodes packed && fits(packed)
        ? new NeighbourPacker(any, packed.bits())
        : any;
  }

  private static boolean fits(PackedCodes codes) {
    return codes.order() == PackedCodes.Order.DENSE
        && codes.axis() == PackedCodes.Axis.COLUMNS
        && codes.streamStride() == 1
        && Integer.SIZE % codes.bits() == 0
        && !codes.plusOne();
  }

  @Override
  public void pack(HostMatrix w, Region region, long panel, Scratch scratch) {
    if (region.rows() < ROWS) {
      any.pack(w, region, panel, scratch);
      return;
    }
    var encoding = (AffineEncoding) w.encoding();
    int length = any.groupLength();
    var offsets = new int[ROWS];
    for (int group = 0; group * length < region.count(); group++) {
      int first = region.from() + group * length;
      long at = 4L * ROWS * group;
      for (int row = 0; row < ROWS; row++, at += Float.BYTES) {
        var factors = encoding.factors(w.planes(), region.row() + row, first);
        offsets[row] = factors.offset();
        MEMORY.set(ValueLayout.JAVA_FLOAT, panel + PanelMap.SCALES + at, factors.scale());
        if (any.hasMinimum()) {
          MEMORY.set(ValueLayout.JAVA_FLOAT, panel + PanelMap.MINIMUMS + at, factors.minimum());
        }
      }
      int end = Math.min(first + length, region.from() + region.count());
      for (int quad = first; quad < end; quad += QUAD) {
        long target = panel + PanelMap.RAW + (long) (quad - region.from()) * ROWS;
        quad(encoding, w.planes().getFirst(), region.row(), quad, IntVector.fromArray(INTS, offsets, 0), target);
        var others = IntVector.fromArray(INTS, offsets, COUNT);
        quad(encoding, w.planes().getFirst(), region.row() + COUNT, quad, others, target + BYTES);
      }
    }
    any.expand(panel, region.count() / QUAD);
  }

  /** Four packed columns of a vector of rows, from a row on, as bytes. */
  private void quad(
      AffineEncoding encoding, MemorySegment plane, long row, int packed, IntVector offsets, long target) {
    column(encoding, plane, row, packed, offsets)
        .or(column(encoding, plane, row, packed + 1, offsets).lanewise(LSHL, 8))
        .or(column(encoding, plane, row, packed + 2, offsets).lanewise(LSHL, 16))
        .or(column(encoding, plane, row, packed + 3, offsets).lanewise(LSHL, 24))
        .intoMemorySegment(MEMORY, target, ORDER);
  }

  private IntVector column(AffineEncoding encoding, MemorySegment plane, long row, int packed, IntVector offsets) {
    long bit = (long) encoding.column(packed) * bits;
    long word = bit / Integer.SIZE * ((PackedCodes) encoding.layout()).wordStride() + row;
    return IntVector.fromMemorySegment(INTS, plane, word * Integer.BYTES, ORDER)
        .lanewise(LSHR, (int) (bit % Integer.SIZE))
        .and((1 << bits) - 1)
        .sub(offsets)
        .and(BYTE);
  }
}
