package io.gatun.jit;

/** Writes what is done for a block of each of eight weight rows, where an encoding has it. Stateless. */
interface BlockCode {

  /** Bytes of a block. */
  int bytes();

  /** Runs of 32 activations that a block meets. */
  int runs();

  /** Loads what stays in registers for {@link #multiply} and {@link #pack}. */
  void constants(Emitter emitter);

  /** Adds the products of a block and an activation row to {@link StripEmitter#SUM}. */
  void multiply(StripEmitter emitter);

  /** Bytes of a run of 32 columns in a panel. */
  int panelBytes();

  /** Decodes a block of each row into the panel. */
  void pack(PanelEmitter emitter);

  /** Loads what stays in registers for {@link #tile}: 12 to 15. */
  void tileConstants(PanelEmitter emitter);

  /** Adds the products of a run of the panel and a tile of activation rows to {@link PanelEmitter#sum}. */
  void tile(PanelEmitter emitter);
}
