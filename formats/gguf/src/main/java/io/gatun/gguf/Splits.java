package io.gatun.gguf;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The parts of a split model, found from the first. */
final class Splits {
  static final String NUMBER_KEY = "split.no";
  static final String COUNT_KEY = "split.count";
  static final String TENSORS_KEY = "split.tensors.count";
  private static final int MAX_PARTS = 65_535;

  /** Opens a part and keeps it. */
  interface PartReader {
    GgufHeader read(Path part) throws IOException;
  }

  private Splits() {}

  /** How many parts the metadata speaks of; 1 for a file that is whole. */
  static int count(Metadata metadata) {
    return Math.max(1, metadata.integer(COUNT_KEY, 0, MAX_PARTS, 1));
  }

  /**
   * Reads the parts after the first.
   *
   * @throws FormatException if {@code first} is another part, or one is missing or does not belong
   */
  static void readRest(Path first, Metadata metadata, PartReader reader) throws IOException {
    int parts = count(metadata);
    if (parts == 1) {
      return;
    }
    var name = SplitName.of(first);
    int number = metadata.integer(NUMBER_KEY, 0, MAX_PARTS, 0);
    if (name.part() != number + 1 || name.parts() != parts) {
      throw new FormatException(
          "%s: the name says part %d of %d, its keys %s and %s say part %d of %d; rename the file"
              .formatted(first, name.part(), name.parts(), NUMBER_KEY, COUNT_KEY, number + 1, parts));
    }
    if (number != 0) {
      throw new FormatException(
          "%s: is part %d of %d of a split model; open the first part, %s"
              .formatted(first, number + 1, parts, name.sibling(first, 1)));
    }
    for (int part = 2; part <= parts; part++) {
      requirePart(read(name.sibling(first, part), part, parts, reader), part, parts);
    }
  }

  private static GgufHeader read(Path path, int part, int parts, PartReader reader) throws IOException {
    try {
      return reader.read(path);
    } catch (NoSuchFileException e) {
      throw new FormatException(
          "%s: part %d of %d of the split model is missing; put it beside the first".formatted(path, part, parts), e);
    }
  }

  private static void requirePart(GgufHeader header, int part, int parts) {
    var metadata = header.metadata();
    int number = metadata.integer(NUMBER_KEY, 0, MAX_PARTS);
    int count = metadata.integer(COUNT_KEY, 0, MAX_PARTS);
    if (number + 1 != part || count != parts) {
      throw new FormatException(
          "%s: its keys %s and %s say part %d of %d, expected part %d of %d"
              .formatted(metadata.origin(), NUMBER_KEY, COUNT_KEY, number + 1, count, part, parts));
    }
  }
}
