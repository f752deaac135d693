/** Text to token ids and back: vocabularies, tokenizers, streaming decoders. Needs no kernels. */
module io.gatun.text {
  requires transitive io.gatun.tensors;
  requires static org.jspecify;
  requires tools.jackson.core;

  exports io.gatun.text;
  exports io.gatun.text.reply;
  exports io.gatun.text.template;
}
