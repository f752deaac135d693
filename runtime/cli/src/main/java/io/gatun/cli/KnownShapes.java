package io.gatun.cli;

import io.gatun.cli.synth.Shapes;
import java.util.Iterator;

/** The shapes of {@code gatun synth}, for its help. */
final class KnownShapes implements Iterable<String> {
  @Override
  public Iterator<String> iterator() {
    return Shapes.names().iterator();
  }
}
