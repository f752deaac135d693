/** The embeddable engine: what users import. */
module io.gatun.engine {
  requires transitive io.gatun.model;
  requires static transitive org.jspecify;

  exports io.gatun.engine;
}
