package io.gatun.jit;

/** Writes what is done for a block of each of eight weight rows, where an encoding has it. Stateless. */
interface StripBlock {

  /** Bytes of a block. */
  int bytes();

  /** Runs of 32 activations that a block meets. */
  int runs();

  /** Loads what stays in registers. */
  void constants(StripEmitter emitter);

  /** Adds the products of a block and an activation row to {@link StripEmitter#SUM}. */
  void multiply(StripEmitter emitter);
}
