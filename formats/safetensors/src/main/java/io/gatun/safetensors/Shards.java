package io.gatun.safetensors;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of a folder that make up a model. The files say what they hold; an index is compared with them. */
final class Shards {
  static final String INDEX = "model.safetensors.index.json";
  static final String EXTENSION = ".safetensors";

  /** Meta's own layout, which some folders hold beside the usual one. */
  private static final String CONSOLIDATED = "consolidated";

  private static final Pattern NUMBERED = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.safetensors");

  private Shards() {}

  /**
   * The files of a folder, in the order of their names.
   *
   * @throws FormatException if there is none, or a numbered one is missing
   */
  static List<Path> of(Path folder) throws IOException {
    TreeSet<String> names = names(folder);
    if (names.isEmpty()) {
      throw new FormatException(
          "%s: holds no %s file, expected a model; .bin and .pt files are not read".formatted(folder, EXTENSION));
    }
    if (!names.stream().allMatch(name -> name.startsWith(CONSOLIDATED))) {
      names.removeIf(name -> name.startsWith(CONSOLIDATED));
    }
    requireNumbered(folder, names);
    return names.stream().map(folder::resolve).toList();
  }

  /** The names of a folder's files with the format's extension. */
  static TreeSet<String> names(Path folder) throws IOException {
    var names = new TreeSet<String>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(Files::isRegularFile)
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(EXTENSION))
          .forEach(names::add);
    }
    return names;
  }

  private static void requireNumbered(Path folder, TreeSet<String> names) {
    for (String name : names) {
      var matcher = NUMBERED.matcher(name);
      if (!matcher.matches()) {
        continue;
      }
      int count = Integer.parseInt(matcher.group(3));
      for (int part = 1; part <= count; part++) {
        String sibling = "%s-%05d-of-%s%s".formatted(matcher.group(1), part, matcher.group(3), EXTENSION);
        if (!names.contains(sibling)) {
          throw new FormatException(
              "%s: part %d of %d is missing; put it beside the others".formatted(folder.resolve(sibling), part, count));
        }
      }
    }
  }

  /**
   * What an index says that is not so.
   *
   * @param tensors that the files hold
   */
  static List<String> staleness(Path folder, Set<String> tensors) throws IOException {
    TreeSet<String> there = names(folder);
    var warnings = new ArrayList<String>();
    Json.file(folder.resolve(INDEX))
        .ifPresent(
            index -> {
              var files = new TreeSet<String>();
              var missing = new TreeSet<String>();
              for (var entry : index.path("weight_map").properties()) {
                files.add(entry.getValue().asString(""));
                if (!tensors.contains(entry.getKey())) {
                  missing.add(entry.getKey());
                }
              }
              files.removeAll(there);
              add(warnings, folder, files, "files that do not exist");
              add(warnings, folder, missing, "tensors that no file holds");
            });
    return warnings;
  }

  private static void add(List<String> warnings, Path folder, TreeSet<String> names, String what) {
    if (!names.isEmpty()) {
      warnings.add(
          "%s: names %d %s, such as %s; it is stale and not used"
              .formatted(folder.resolve(INDEX), names.size(), what, Shown.of(names.getFirst())));
    }
  }
}
