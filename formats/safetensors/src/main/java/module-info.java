/** Safetensors files and folders: mapped reading, shards, quantized layers, writing. */
module io.gatun.safetensors {
  requires transitive io.gatun.tensors;
  requires tools.jackson.databind;
  requires static org.jspecify;

  exports io.gatun.safetensors;
}
