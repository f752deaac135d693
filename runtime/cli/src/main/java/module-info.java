/** The command {@code gatun}: chat, run, tokenize, inspect and friends. */
module io.gatun.cli {
  requires info.picocli;
  requires io.gatun.engine;
  requires io.gatun.safetensors;
  requires io.gatun.text;
  requires jdk.unsupported; // JLine's signal handlers
  requires org.jline.reader;
  requires org.jline.terminal;
  requires org.jline.terminal.ffm;
  requires tools.jackson.databind;
  requires static org.jspecify;

  opens io.gatun.cli to
      info.picocli;

  provides System.LoggerFinder with
      io.gatun.cli.terminal.OneLineLoggers;
}
