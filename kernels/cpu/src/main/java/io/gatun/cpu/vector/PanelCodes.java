package io.gatun.cpu.vector;

import io.gatun.device.QuantizedRows;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.QuantizedEncoding;
import java.util.Map;

/** How the codes of an encoding are held in a panel. */
sealed interface PanelCodes {

  /** Few bits: |code − center| ≤ 16, or ≤ 32 with groups of 16. */
  record Narrow(int center) implements PanelCodes {}

  /** Up to 8 bits. */
  record Wide() implements PanelCodes {}

  /** Encodings whose codes are known to be narrow; {@link PanelTile#narrow} has the bound. */
  Map<QuantizedEncoding, Narrow> NARROW =
      Map.ofEntries(
          Map.entry(Encodings.Q4_0, new Narrow(0)), // −8 … 7
          Map.entry(Encodings.Q4_1, new Narrow(0)), // 0 … 15
          Map.entry(Encodings.Q5_0, new Narrow(0)), // −16 … 15
          Map.entry(Encodings.Q5_1, new Narrow(16)), // 0 … 31
          Map.entry(Encodings.Q2_K, new Narrow(0)), // 0 … 3
          Map.entry(Encodings.Q3_K, new Narrow(0)), // −4 … 3
          Map.entry(Encodings.Q4_K, new Narrow(0)), // 0 … 15
          Map.entry(Encodings.Q5_K, new Narrow(16)), // 0 … 31
          Map.entry(Encodings.Q6_K, new Narrow(0)), // −32 … 31, groups of 16
          Map.entry(Encodings.Q1_0, new Narrow(0)), // −1, 1
          Map.entry(Encodings.Q2_0, new Narrow(0)), // −1 … 2
          Map.entry(Encodings.TQ1_0, new Narrow(0)), // −1 … 1
          Map.entry(Encodings.TQ2_0, new Narrow(0)), // −1 … 2
          Map.entry(Encodings.IQ1_S, new Narrow(0)), // −9 … 9
          Map.entry(Encodings.IQ1_M, new Narrow(0)), // −9 … 9
          Map.entry(Encodings.IQ3_S, new Narrow(0)), // −15 … 15
          Map.entry(Encodings.MXFP4, new Narrow(0)), // −12 … 12
          Map.entry(Encodings.NVFP4, new Narrow(0))); // −12 … 12

  /** @param largest magnitude of a code */
  static PanelCodes of(int groupLength, int largest) {
    return largest <= (groupLength < QuantizedRows.RUN ? 32 : 16) ? new Narrow(0) : new Wide();
  }

  static PanelCodes of(QuantizedEncoding encoding) {
    Narrow narrow = NARROW.get(encoding);
    return narrow == null ? new Wide() : narrow;
  }
}
