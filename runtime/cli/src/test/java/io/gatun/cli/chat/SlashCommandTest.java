package io.gatun.cli.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jline.reader.Candidate;
import org.jline.reader.EOFError;
import org.jline.reader.Parser.ParseContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlashCommandTest {

  private static List<String> completions(String typed) {
    var candidates = new ArrayList<Candidate>();
    var line = new SlashParser().parse(typed, typed.length(), ParseContext.COMPLETE);
    SlashCompleter.offer(line, candidates);
    return candidates.stream().map(Candidate::value).filter(value -> value.startsWith(line.word())).sorted().toList();
  }

  @Test
  void everyWordNamesOneCommand() {
    var words = Arrays.stream(SlashCommand.values()).flatMap(SlashCommand::words).toList();
    assertEquals(words.size(), words.stream().distinct().count());
    for (SlashCommand command : SlashCommand.values()) {
      command.words().forEach(word -> assertEquals(Optional.of(command), SlashCommand.named(word)));
      assertTrue(SlashCommand.help().contains(command.word()), command.word());
    }
    assertEquals(Optional.empty(), SlashCommand.named("/nothing"));
    assertTrue(SlashCommand.named("/?").isPresent() && SlashCommand.named("/quit").isPresent());
  }

  @Test
  void completesCommandsAndTheirWords() {
    assertEquals(List.of("/save", "/set", "/show", "/stats", "/system"), completions("/s"));
    assertEquals(List.of("parameter"), completions("/set p"));
    assertEquals(List.of("top_k", "top_n_sigma", "top_p"), completions("/set parameter top"));
    assertEquals(List.of("info"), completions("/show i"));
    assertEquals(List.of(), completions("tell me"));
    assertEquals(List.of(), completions("/clear x"));
  }

  @Test
  void completesFilesAlsoWithSpaces(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("a b.txt"));
    Files.createFile(folder.resolve("a b c.txt"));
    Files.createFile(folder.resolve(".hidden"));
    Files.createDirectory(folder.resolve("deep"));
    assertEquals(List.of(folder + "/a b c.txt", folder + "/a b.txt"), completions("/read " + folder + "/a b"));
    assertEquals(List.of(folder + "/deep/"), completions("/model " + folder + "/d"));
    assertEquals(List.of(folder + "/.hidden"), completions("/load " + folder + "/.h"));
    assertEquals(List.of(), completions("/read " + folder + "/nowhere/x"));
  }

  @Test
  void anUnfinishedMessageGoesOnInTheNextLine() {
    var parser = new SlashParser();
    assertThrows(EOFError.class, () -> parser.parse("\"\"\"a", 4, ParseContext.ACCEPT_LINE));
    assertEquals("a", parser.parse("a", 1, ParseContext.ACCEPT_LINE).line());
  }
}
