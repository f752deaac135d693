/** Architectures as data, the one forward pass, and the paged key-value cache. */
module io.gatun.model {
  requires transitive io.gatun.device;
  requires transitive io.gatun.gguf;
  requires transitive io.gatun.tensors;
  requires transitive io.gatun.text;
  requires io.gatun.safetensors;
  requires static org.jspecify;

  exports io.gatun.model;
  exports io.gatun.model.hf;
}
