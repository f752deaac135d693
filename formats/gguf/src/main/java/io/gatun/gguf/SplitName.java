package io.gatun.gguf;

import io.gatun.tensors.FormatException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name of a part of a split model: {@code NAME-00001-of-00003.gguf}. Source: llama.cpp's gguf-split.
 *
 * @param part counted from 1
 */
record SplitName(String name, int part, int parts) {
  private static final Pattern PATTERN = Pattern.compile("(.+)-([0-9]{5})-of-([0-9]{5})\\.gguf", Pattern.DOTALL);

  /** @throws FormatException if the file's name is no part's */
  static SplitName of(Path file) {
    String fileName = String.valueOf(file.getFileName());
    var matcher = PATTERN.matcher(fileName);
    if (!matcher.matches()) {
      throw new FormatException(
          "%s: is a part of a split model, expected a name like NAME-00001-of-00003.gguf to find the others by"
              .formatted(file));
    }
    return new SplitName(
        matcher.group(1), Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3)));
  }

  Path sibling(Path file, int number) {
    return file.resolveSibling(String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", name, number, parts));
  }
}
