package io.gatun.cli.chat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Offers commands, their words, and files. Stateless. */
final class SlashCompleter implements Completer {
  static final List<String> SHOW = List.of("info", "parameters", "system", "template", "license");
  static final List<String> SET = List.of("parameter", "system", "think", "nothink", "verbose", "quiet", "history", "nohistory");
  private static final Map<SlashCommand, List<String>> FIRST =
      Map.of(
          SlashCommand.SET, SET, SlashCommand.SHOW, SHOW, SlashCommand.THINK, List.of("on", "off", "hide", "low", "medium", "high"));

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    offer(line, candidates);
  }

  static void offer(ParsedLine line, List<Candidate> candidates) {
    List<String> words = line.words();
    if (!words.getFirst().startsWith("/")) {
      return;
    }
    if (words.size() == 1) {
      Arrays.stream(SlashCommand.values())
          .forEach(command -> candidates.add(candidate(command.word(), command.description())));
      return;
    }
    SlashCommand.named(words.getFirst()).ifPresent(command -> complete(command, words, candidates));
  }

  private static void complete(SlashCommand command, List<String> words, List<Candidate> candidates) {
    switch (command.argument()) {
      case FILE -> files(words.getLast(), candidates);
      case WORDS -> {
        for (String word : words(command, words)) {
          candidates.add(new Candidate(word));
        }
      }
      case NONE -> {}
    }
  }

  private static List<String> words(SlashCommand command, List<String> words) {
    if (words.size() == 2) {
      return FIRST.getOrDefault(command, List.of());
    }
    boolean parameter = command == SlashCommand.SET && words.size() == 3 && words.get(1).equals("parameter");
    return parameter ? Parameters.NAMES : List.of();
  }

  private static void files(String typed, List<Candidate> candidates) {
    int slash = typed.lastIndexOf('/');
    String folder = typed.substring(0, slash + 1);
    String start = typed.substring(slash + 1);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.isEmpty() ? Path.of(".") : Paths.expanded(folder))) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (name.startsWith(start) && (!name.startsWith(".") || start.startsWith("."))) {
          boolean isFolder = Files.isDirectory(file);
          String value = folder + name + (isFolder ? "/" : "");
          candidates.add(new Candidate(value, isFolder ? name + "/" : name, null, null, null, null, !isFolder));
        }
      }
    } catch (IOException | InvalidPathException e) {
      candidates.clear(); // nothing to offer where there is no readable folder
    }
  }

  private static Candidate candidate(String word, String description) {
    return new Candidate(word, word, null, description, null, null, true);
  }
}
