package io.gatun.text.template;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's {@code datetime.strftime} for a time without a zone, in the C locale, with glibc's flags. */
final class Strftime {
  private static final String FLAGS = "-_0^#";

  private final String format;
  private final LocalDateTime time;
  private final StringBuilder out = new StringBuilder();
  private int at;

  private Strftime(String format, LocalDateTime time) {
    this.format = format;
    this.time = time;
  }

  static String format(String format, LocalDateTime time) {
    var strftime = new Strftime(format, time);
    strftime.run();
    return strftime.out.toString();
  }

  private void run() {
    while (at < format.length()) {
      char c = format.charAt(at++);
      if (c == '%' && at < format.length()) {
        directive(at - 1);
      } else {
        out.append(c);
      }
    }
  }

  private void directive(int start) {
    char flag = 0;
    while (at < format.length() && FLAGS.indexOf(format.charAt(at)) >= 0) {
      flag = format.charAt(at++);
    }
    int width = width();
    if (at + 1 < format.length() && "EO".indexOf(format.charAt(at)) >= 0) {
      at++; // other eras and digits, which the C locale has not
    }
    char code = at < format.length() ? format.charAt(at) : 0;
    String text = number(code, flag, width);
    if (text == null) {
      text = words(code);
      text = text != null && flag == '^' ? text.toUpperCase(Locale.ROOT) : text;
    }
    at = Math.min(at + 1, format.length());
    out.append(text == null ? format.substring(start, at) : text);
  }

  /** The width that is asked for, of at most two digits; 0 if none is. */
  private int width() {
    int width = 0;
    while (at < format.length() && width < 10 && format.charAt(at) >= '0' && format.charAt(at) <= '9') {
      width = 10 * width + format.charAt(at++) - '0';
    }
    return width;
  }

  private @Nullable String number(char code, char flag, int width) {
    int yearDay = time.getDayOfYear();
    int weekDay = time.getDayOfWeek().getValue();
    return switch (code) {
      case 'd' -> padded(time.getDayOfMonth(), Math.max(2, width), '0', flag);
      case 'e' -> padded(time.getDayOfMonth(), Math.max(2, width), ' ', flag);
      case 'm' -> padded(time.getMonthValue(), Math.max(2, width), '0', flag);
      case 'y' -> padded(time.getYear() % 100, Math.max(2, width), '0', flag);
      case 'Y' -> padded(time.getYear(), Math.max(1, width), '0', flag);
      case 'C' -> padded(time.getYear() / 100, Math.max(2, width), '0', flag);
      case 'H' -> padded(time.getHour(), Math.max(2, width), '0', flag);
      case 'k' -> padded(time.getHour(), Math.max(2, width), ' ', flag);
      case 'I' -> padded(hour12(), Math.max(2, width), '0', flag);
      case 'l' -> padded(hour12(), Math.max(2, width), ' ', flag);
      case 'M' -> padded(time.getMinute(), Math.max(2, width), '0', flag);
      case 'S' -> padded(time.getSecond(), Math.max(2, width), '0', flag);
      case 'f' -> padded(time.getNano() / 1000, Math.max(6, width), '0', flag);
      case 'j' -> padded(yearDay, Math.max(3, width), '0', flag);
      case 'u' -> padded(weekDay, Math.max(1, width), '0', flag);
      case 'w' -> padded(weekDay % 7, Math.max(1, width), '0', flag);
      case 'U' -> padded((yearDay + 6 - weekDay % 7) / 7, Math.max(2, width), '0', flag);
      case 'W' -> padded((yearDay + 7 - weekDay) / 7, Math.max(2, width), '0', flag);
      case 'V' -> padded(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), Math.max(2, width), '0', flag);
      case 'G' -> padded(time.get(IsoFields.WEEK_BASED_YEAR), Math.max(1, width), '0', flag);
      case 'g' -> padded(time.get(IsoFields.WEEK_BASED_YEAR) % 100, Math.max(2, width), '0', flag);
      default -> null;
    };
  }

  private int hour12() {
    return time.get(ChronoField.CLOCK_HOUR_OF_AMPM);
  }

  private static String padded(int value, int width, char usual, char flag) {
    String digits = Integer.toString(value);
    char pad = flag == '_' ? ' ' : flag == '0' ? '0' : usual;
    return flag == '-' ? digits : String.valueOf(pad).repeat(Math.max(0, width - digits.length())) + digits;
  }

  private @Nullable String words(char code) {
    return switch (code) {
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> month(TextStyle.SHORT);
      case 'B' -> month(TextStyle.FULL);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'P' -> time.getHour() < 12 ? "am" : "pm";
      case 'c' -> format("%a %b %e %H:%M:%S %Y", time);
      case 'x', 'D' -> format("%m/%d/%y", time);
      case 'X', 'T' -> format("%H:%M:%S", time);
      case 'F' -> DateTimeFormatter.ISO_LOCAL_DATE.format(time);
      case 'R' -> format("%H:%M", time);
      case 'r' -> format("%I:%M:%S %p", time);
      case 's' -> Long.toString(time.toEpochSecond(ZoneOffset.UTC));
      case 'z', 'Z' -> "";
      case 'n' -> "\n";
      case 't' -> "\t";
      case '%' -> "%";
      default -> null;
    };
  }

  /** As C abbreviates: always three letters. */
  private String month(TextStyle style) {
    String name = time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    return style == TextStyle.SHORT ? name.substring(0, 3) : name;
  }
}
