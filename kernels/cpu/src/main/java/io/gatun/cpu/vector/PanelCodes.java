package io.gatun.cpu.vector;

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
      Map.of(
          Encodings.Q4_0, new Narrow(0), // −8 … 7
          Encodings.Q4_1, new Narrow(0), // 0 … 15
          Encodings.Q5_0, new Narrow(0), // −16 … 15
          Encodings.Q5_1, new Narrow(16), // 0 … 31
          Encodings.Q2_K, new Narrow(0), // 0 … 3
          Encodings.Q3_K, new Narrow(0), // −4 … 3
          Encodings.Q4_K, new Narrow(0), // 0 … 15
          Encodings.Q5_K, new Narrow(16), // 0 … 31
          Encodings.Q6_K, new Narrow(0)); // −32 … 31, groups of 16

  static PanelCodes of(QuantizedEncoding encoding) {
    Narrow narrow = NARROW.get(encoding);
    return narrow == null ? new Wide() : narrow;
  }
}
