/**
 * Reference data made by other implementations: where it lies and how to read it. Writers of quantized layers. For tests
 * only.
 */
module io.gatun.oracle {
  requires transitive tools.jackson.databind;
  requires static org.jspecify;

  exports io.gatun.oracle;
  exports io.gatun.oracle.layers;
}
