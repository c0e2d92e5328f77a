package io.callmesh.contracts.handoff;

import java.time.Instant;
import java.time.LocalDate;

/**
 * Reads instants as {@link Instant#toString} writes them, which a formatter takes several times as
 * long for: a service that starts reads millions.
 */
final class Instants {
  private static final String FORM = "0000-00-00T00:00:00";
  private static final int NANO_DIGITS = 9;

  private Instants() {}

  /** The same as {@link Instant#parse}, which has the last word on what has another form. */
  static Instant parse(String text) {
    return isPlain(text) ? plain(text) : Instant.parse(text);
  }

  private static boolean isPlain(String text) {
    int fraction = text.length() - FORM.length() - 2;
    boolean hasFraction = fraction > 0 && fraction <= NANO_DIGITS && text.charAt(19) == '.';
    if (!(hasFraction || fraction == -1) || text.charAt(text.length() - 1) != 'Z') {
      return false;
    }
    for (int i = 0; i < text.length() - 1; i++) {
      char form = i < FORM.length() ? FORM.charAt(i) : i == FORM.length() ? '.' : '0';
      boolean digit = text.charAt(i) >= '0' && text.charAt(i) <= '9';
      if (form == '0' ? !digit : text.charAt(i) != form) {
        return false;
      }
    }
    // Midnight's other name and leap seconds are the formatter's.
    return number(text, 11, 13) < 24 && number(text, 14, 16) < 60 && number(text, 17, 19) < 60;
  }

  private static Instant plain(String text) {
    long day =
        LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10)).toEpochDay();
    long seconds =
        ((day * 24 + number(text, 11, 13)) * 60 + number(text, 14, 16)) * 60 + number(text, 17, 19);
    int nanos = 0;
    for (int i = 0; i < NANO_DIGITS; i++) {
      int place = FORM.length() + 1 + i;
      nanos = nanos * 10 + (place < text.length() - 1 ? text.charAt(place) - '0' : 0);
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }
}
