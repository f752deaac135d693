/** GGUF model files: mapped reading, split files, writing. */
module io.gatun.gguf {
  requires transitive io.gatun.tensors;
  requires static org.jspecify;

  exports io.gatun.gguf;
}
