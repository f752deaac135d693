package io.gatun.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Activations quantized to 8 bits, as {@link Device} defines: per run of {@link #RUN} values of a row one float scale,
 * int8 codes, and the codes' sums.
 *
 * <pre>
 *   codes   int8   [rows, cols]          rows start every {@link #codeStride} bytes, padded with zeros
 *   scales  f32    [rows, ⌈cols / 32⌉]   rows start every {@link #scaleStride} floats
 *   sums    i16    [rows, ⌈cols / 16⌉]   rows start every {@link #sumStride} shorts; |sum| ≤ 16 · 127
 * </pre>
 *
 * <p>Scratch of one device, reused from product to product; grows and never shrinks. Rows may be filled by several
 * threads, each row by one.
 */
public final class QuantizedRows {
  /** Values that share a scale. */
  public static final int RUN = 32;

  /** Values that share a sum. */
  public static final int SUM_RUN = 16;

  private final HostMemory memory;
  private long rows;
  private int cols;
  private long version;
  private MemorySegment codes = MemorySegment.NULL;
  private MemorySegment scales = MemorySegment.NULL;
  private MemorySegment sums = MemorySegment.NULL;

  public QuantizedRows(HostMemory memory) {
    this.memory = memory;
  }

  /** Makes room for {@code [rows, cols]}; the content is undefined afterwards, and of a new {@link #version}. */
  public void reshape(long rows, long cols) {
    version++;
    this.rows = rows;
    this.cols = Math.toIntExact(cols);
    codes = grown(codes, rows * codeStride());
    scales = grown(scales, rows * scaleStride() * Float.BYTES);
    sums = grown(sums, rows * sumStride() * Short.BYTES);
  }

  private MemorySegment grown(MemorySegment old, long bytes) {
    return old.byteSize() >= bytes ? old : memory.allocate(Math.max(bytes, 2 * old.byteSize()), "quantized activations");
  }

  /** Which content this is: a kernel may keep what it made of an earlier row while this number stays. */
  public long version() {
    return version;
  }

  public long rows() {
    return rows;
  }

  public int cols() {
    return cols;
  }

  public MemorySegment codes() {
    return codes;
  }

  public MemorySegment scales() {
    return scales;
  }

  public MemorySegment sums() {
    return sums;
  }

  /** Bytes from row to row of the codes: the columns, rounded up to 64. */
  public long codeStride() {
    return (cols + 63L) / 64 * 64;
  }

  /** Floats from row to row of the scales. */
  public long scaleStride() {
    return codeStride() / RUN;
  }

  /** Shorts from row to row of the sums. */
  public long sumStride() {
    return codeStride() / SUM_RUN;
  }

  /** Copies row {@code from} of {@code source}, which has as many columns, to row {@code to} of this. */
  public void copyRow(QuantizedRows source, long from, long to) {
    long bytes = codeStride();
    MemorySegment.copy(source.codes, from * bytes, codes, to * bytes, bytes);
    long scaleBytes = scaleStride() * Float.BYTES;
    MemorySegment.copy(source.scales, from * scaleBytes, scales, to * scaleBytes, scaleBytes);
    long sumBytes = sumStride() * Short.BYTES;
    MemorySegment.copy(source.sums, from * sumBytes, sums, to * sumBytes, sumBytes);
  }

  /** Stores a row. Each array holds a whole stride. */
  void store(long row, byte[] rowCodes, float[] rowScales, short[] rowSums) {
    MemorySegment.copy(rowCodes, 0, codes, ValueLayout.JAVA_BYTE, row * codeStride(), (int) codeStride());
    MemorySegment.copy(
        rowScales, 0, scales, ValueLayout.JAVA_FLOAT, row * scaleStride() * Float.BYTES, (int) scaleStride());
    MemorySegment.copy(rowSums, 0, sums, ValueLayout.JAVA_SHORT, row * sumStride() * Short.BYTES, (int) sumStride());
  }

  /** Copies a row into a scratch's {@code xCodes}, {@code xScales} and {@code xSums}. */
  void load(long row, Scratch scratch) {
    MemorySegment.copy(
        codes, ValueLayout.JAVA_BYTE, row * codeStride(), scratch.xCodes(codeStride()), 0, (int) codeStride());
    MemorySegment.copy(
        scales,
        ValueLayout.JAVA_FLOAT,
        row * scaleStride() * Float.BYTES,
        scratch.xScales(scaleStride()),
        0,
        (int) scaleStride());
    MemorySegment.copy(
        sums,
        ValueLayout.JAVA_SHORT,
        row * sumStride() * Short.BYTES,
        scratch.xSums(sumStride()),
        0,
        (int) sumStride());
  }
}
