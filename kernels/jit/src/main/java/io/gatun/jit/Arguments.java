package io.gatun.jit;

import io.gatun.device.QuantizedRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What an assembled function reads and writes, by its address: 64-bit numbers and addresses at these
 * offsets, then room of its own.
 */
final class Arguments {
  /** Address of the first weight row. */
  static final int WEIGHTS = 0;

  /** Bytes from weight row to weight row. */
  static final int ROW_BYTES = 8;

  /** Strips to compute, at least 1; counted down. */
  static final int STRIPS = 16;

  /** Activation rows, at least 1. */
  static final int TOKENS = 24;

  /** 4 · runs of 32 columns. */
  static final int RUNS_END = 32;

  /** Address of the codes of the first activation row. */
  static final int CODES = 40;

  /** Bytes from row to row of the codes. */
  static final int CODE_STRIDE = 48;

  /** Addresses of the scales and of the sums of the first activation row. */
  static final int SCALES = 56;

  static final int SUMS = 72;

  /** Address of the factors of the next run, where these are not in blocks; goes on. */
  static final int FACTORS = 80;

  /** Bytes from row to row of the scales, and of the sums. */
  static final int SCALE_STRIDE = 64;

  /** Address of the result of the first weight row and the first activation row. */
  static final int OUT = 88;

  /** Bytes from a result to the next activation row's. */
  static final int OUT_STRIDE = 96;

  /** Address of the panel; its end, and the end of its first vector of rows. */
  static final int PANEL = 104;

  static final int PANEL_END = 112;

  static final int PANEL_FIRST_END = 168;

  /** Bytes of a vector of rows in the panel. */
  static final int PANEL_STRIP = 176;

  /** Where functions of strips keep the first row of a strip, and where its results go; they have no panel. */
  static final int FIRST_ROW = PANEL;

  static final int STRIP_OUT = PANEL_END;

  /** From the end of an activation row's codes to the row after its tile; the same for scales, and for corrections. */
  static final int CODE_SKIP = 120;

  static final int SCALE_SKIP = 128;

  /** Activation rows of the strip that are left. */
  static final int TOKENS_LEFT = 136;

  /** Where the result of the strip and the activation row goes. */
  static final int RESULT = 144;

  /** Address of the first activation row of floats, and in its place that of sums; its end. */
  static final int X = CODES;

  static final int X_END = RUNS_END;

  /** Bytes from row to row of float activations. */
  static final int X_STRIDE = CODE_STRIDE;

  /** Columns to multiply, above 0. */
  static final int COLUMNS = RUNS_END;

  /** Groups of columns, and steps of a group; for weights that are codes of floats. */
  static final int GROUPS = TOKENS;

  static final int STEPS = SUMS;

  /** Address of what a {@link PanelEmitter} computes of activations alone; bytes of an array of it. */
  static final int CORRECTIONS = 152;

  static final int CORRECTIONS_BYTES = 160;

  /** Vectors that the function uses while it runs. */
  static final int ROOM = 192;

  static final int VECTORS = 88;
  static final int END = ROOM + VECTORS * 64;

  private Arguments() {}

  /**
   * Sets what is said of activations.
   *
   * @param row the first of {@code count}
   * @param cols of the weights
   */
  static void activations(MemorySegment arguments, QuantizedRows x, long row, long count, long cols) {
    long runs = cols / QuantizedRows.RUN;
    long scaleStride = x.scaleStride() * Float.BYTES; // that of the sums as well: two of 16 bits for each scale
    set(arguments, TOKENS, count);
    set(arguments, RUNS_END, runs * Integer.BYTES);
    set(arguments, CODES, x.codes().address() + row * x.codeStride());
    set(arguments, CODE_STRIDE, x.codeStride());
    set(arguments, CODE_SKIP, PanelEmitter.TILE * x.codeStride() - cols);
    set(arguments, SCALES, x.scales().address() + row * scaleStride);
    set(arguments, SUMS, x.sums().address() + row * scaleStride);
    set(arguments, SCALE_STRIDE, scaleStride);
    set(arguments, SCALE_SKIP, PanelEmitter.TILE * scaleStride - runs * Float.BYTES);
    set(arguments, CORRECTIONS_BYTES, count * scaleStride);
  }

  /**
   * Sets where a panel is.
   *
   * @param strip bytes of a vector of rows
   */
  static void panel(MemorySegment arguments, long panel, long strip) {
    set(arguments, PANEL, panel);
    set(arguments, PANEL_STRIP, strip);
    set(arguments, PANEL_FIRST_END, panel + strip);
    set(arguments, PANEL_END, panel + PanelEmitter.VECTORS * strip);
  }

  static void set(MemorySegment arguments, int field, long value) {
    arguments.set(ValueLayout.JAVA_LONG, field, value);
  }
}
