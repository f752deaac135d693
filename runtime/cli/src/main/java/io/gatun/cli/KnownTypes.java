package io.gatun.cli;

import io.gatun.cli.synth.FileType;
import java.util.Iterator;

/** The file types of {@code gatun synth}, for its help. */
final class KnownTypes implements Iterable<String> {
  @Override
  public Iterator<String> iterator() {
    return FileType.names().iterator();
  }
}
