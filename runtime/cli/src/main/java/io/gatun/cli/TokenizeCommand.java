package io.gatun.cli;

import io.gatun.cli.load.Vocabularies;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import io.gatun.text.EncodeOption;
import io.gatun.text.Tokenizer;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code gatun tokenize}: text to ids. */
@Command(
    name = "tokenize",
    header = "Turn text into token ids.",
    description = {
      "Text on standard input, as it is, to a JSON array of token ids.",
      "With --jsonl: lines {\"text\":…} to lines {\"ids\":[…]}, or {\"error\":…} for a line that cannot be done."
    })
final class TokenizeCommand extends ConsoleCommand {
  @Mixin ModelOption model = new ModelOption();

  @Option(names = "--add-special", description = "Add BOS and whatever else the metadata asks for.")
  boolean addSpecial;

  @Option(names = "--parse-special", description = "Find control tokens spelled in the text.")
  boolean parseSpecial;

  @Option(names = "--jsonl", description = "Line by line.")
  boolean lines;

  @Override
  public Integer call() {
    Tokenizer tokenizer = Vocabularies.tokenizer(model.required());
    Set<EncodeOption> options = EnumSet.noneOf(EncodeOption.class);
    if (addSpecial) {
      options.add(EncodeOption.ADD_SPECIAL);
    }
    if (parseSpecial) {
      options.add(EncodeOption.PARSE_SPECIAL);
    }
    if (lines) {
      JsonLines.run(
          console(), line -> Json.object().set("ids", Json.ids(tokenizer.encode(text(line), options))));
    } else {
      console().out().line(Json.text(Json.ids(tokenizer.encode(console().readText(), options))));
    }
    return Failure.DONE;
  }

  private static String text(JsonNode line) {
    JsonNode text = line.path("text");
    if (!text.isString()) {
      throw new UsageException("expected an object with a string \"text\"");
    }
    return text.stringValue();
  }
}
