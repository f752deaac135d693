package io.gatun.cli;

import io.gatun.cli.synth.SyntheticType;
import java.util.Iterator;

/** The types of {@code gatun synth}, for its help. */
final class KnownTypes implements Iterable<String> {
  @Override
  public Iterator<String> iterator() {
    return SyntheticType.names().iterator();
  }
}
