package io.gatun.device;

/**
 * The experts that each row of a batch uses. Slot {@code s = r · used + k} is row {@code r}'s choice of rank {@code k}.
 *
 * @param used experts per row
 * @param experts by slot
 * @param weights by slot
 */
@SuppressWarnings("ArrayRecordComponent") // a view for one call, compared by nobody
public record Routing(int used, int[] experts, float[] weights) {

  public int rows() {
    return experts.length / used;
  }

  public int slots() {
    return experts.length;
  }

  /**
   * The row of an operand with {@code xRows} rows that a slot reads: its token's if there is a row per token, its own if
   * there is a row per slot.
   */
  public long xRow(int slot, long xRows) {
    return xRows == slots() ? slot : slot / used;
  }
}
