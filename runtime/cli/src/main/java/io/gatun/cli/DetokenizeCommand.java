package io.gatun.cli;

import io.gatun.cli.load.Vocabularies;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import io.gatun.text.DecodeOption;
import io.gatun.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gatun detokenize}: ids to text. */
@Command(
    name = "detokenize",
    header = "Turn token ids into text.",
    description = {
      "A JSON array of token ids on standard input to the bytes of their text; nothing is added.",
      "With --jsonl: lines {\"ids\":[…]} to lines {\"hex\":…}, or {\"error\":…} for a line that cannot be done."
    })
final class DetokenizeCommand extends ConsoleCommand {
  @Mixin ModelOption model = new ModelOption();

  @Option(names = "--special", description = "Render control tokens too.")
  boolean special;

  @Option(names = "--jsonl", description = "Line by line.")
  boolean lines;

  @Override
  public Integer call() {
    Tokenizer tokenizer = Vocabularies.tokenizer(model.required());
    Set<DecodeOption> options =
        special ? EnumSet.of(DecodeOption.RENDER_SPECIAL) : EnumSet.noneOf(DecodeOption.class);
    if (lines) {
      JsonLines.run(
          console(),
          line -> {
            byte[] bytes = decode(tokenizer, Json.ids(line.path("ids"), "ids"), options);
            return Json.object().put("hex", HexFormat.of().formatHex(bytes));
          });
    } else {
      String what = "standard input";
      int[] ids = Json.ids(Json.parse(console().readText(), what), what);
      write(decode(tokenizer, ids, options));
    }
    return Failure.DONE;
  }

  private void write(byte[] bytes) {
    if (console().outIsTerminal()) {
      console().out().line(EscapeFilter.plain(new String(bytes, StandardCharsets.UTF_8)));
    } else {
      console().out().bytes(bytes).flush();
    }
  }

  private static byte[] decode(Tokenizer tokenizer, int[] ids, Set<DecodeOption> options) {
    int size = tokenizer.vocabulary().size();
    for (int id : ids) {
      if (id < 0 || id >= size) {
        throw new UsageException("id %d is not in the vocabulary, expected 0 to %d".formatted(id, size - 1));
      }
    }
    return tokenizer.decode(ids, options);
  }
}
