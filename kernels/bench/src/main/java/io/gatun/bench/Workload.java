package io.gatun.bench;

/**
 * Work whose cost is known.
 *
 * @param name for people
 * @param arithmetic what its products are made of
 * @param macs multiply-accumulates, 0 where they are not what counts
 * @param bytes of memory that have to be read or written: a product's weights, the keys and values of an attention
 * @param body does it once
 */
record Workload(String name, Arithmetic arithmetic, long macs, long bytes, Runnable body) {

  /** Which peak a workload is measured by. */
  enum Arithmetic {
    /** Of 8-bit activations: in 16-bit lanes, or as floats, whichever is faster. */
    INTEGERS,
    FLOATS
  }
}
