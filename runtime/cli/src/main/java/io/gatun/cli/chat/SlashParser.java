package io.gatun.cli.chat;

import java.util.ArrayList;
import java.util.List;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/**
 * Tells the line editor when a message is whole, and what Tab completes: a command; its words; or, after a command that
 * takes a file, all of the rest of the line, since file names may hold spaces. Stateless.
 */
final class SlashParser implements Parser {

  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    if (context == ParseContext.COMPLETE) {
      return completing(line.substring(0, cursor));
    }
    if (!Multiline.isComplete(line)) {
      throw new EOFError(-1, -1, "the message goes on");
    }
    return new Line(List.of(line), line, cursor);
  }

  @Override
  public boolean isEscapeChar(char c) {
    return false;
  }

  /** @param typed up to the cursor */
  private static Line completing(String typed) {
    int space = typed.indexOf(' ');
    boolean file =
        space > 0
            && SlashCommand.named(typed.substring(0, space))
                .filter(command -> command.argument() == SlashCommand.Argument.FILE)
                .isPresent();
    var words = new ArrayList<String>();
    if (file) {
      words.add(typed.substring(0, space));
      words.add(typed.substring(space + 1).stripLeading());
    } else {
      words.addAll(List.of(typed.split(" +", -1)));
    }
    return new Line(words, typed, typed.length());
  }

  /** The cursor is at the end of the last word; nothing is quoted or escaped. */
  private record Line(List<String> words, String line, int cursor) implements CompletingParsedLine {
    private Line {
      words = List.copyOf(words);
    }

    @Override
    public String word() {
      return words.getLast();
    }

    @Override
    public int wordCursor() {
      return word().length();
    }

    @Override
    public int wordIndex() {
      return words.size() - 1;
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return wordCursor();
    }

    @Override
    public int rawWordLength() {
      return wordCursor();
    }
  }
}
