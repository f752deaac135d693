/** A model inside a Java program. */
module io.gatun.examples.embed {
  requires io.gatun.engine;
}
