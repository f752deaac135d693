package io.gatun.cli.terminal;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * What the libraries log, as this program's own lines on standard error: {@code gatun: warning: …}. Warnings and errors
 * only, or everything with {@code -Dgatun.log=all}. Created by the JVM, thread-safe.
 */
public final class OneLineLoggers extends System.LoggerFinder {
  private static final Output ERR = Console.system().err();

  /** For the service loader. */
  public OneLineLoggers() {}

  @Override
  public System.Logger getLogger(String name, Module module) {
    boolean ours = module.getName() != null && module.getName().startsWith("io.gatun");
    boolean all = System.getProperty("gatun.log", "").equals("all");
    return new OneLine(name, all ? System.Logger.Level.ALL : ours ? System.Logger.Level.WARNING : System.Logger.Level.OFF);
  }

  private record OneLine(String name, Level least) implements System.Logger {

    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return least != Level.OFF && level.getSeverity() >= least.getSeverity();
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
      if (isLoggable(level)) {
        String text = message == null ? String.valueOf(thrown) : message;
        ERR.line("gatun: %s: %s".formatted(level.name().toLowerCase(Locale.ROOT), EscapeFilter.oneLine(text)));
      }
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object @Nullable ... parameters) {
      String text = format == null ? "" : format;
      boolean plain = parameters == null || parameters.length == 0;
      log(level, bundle, plain ? text : new MessageFormat(text, Locale.ROOT).format(parameters), (Throwable) null);
    }
  }
}
