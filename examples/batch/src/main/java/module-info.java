/** A file of prompts answered by a model inside a Java program. */
module io.gatun.examples.batch {
  requires io.gatun.engine;
}
