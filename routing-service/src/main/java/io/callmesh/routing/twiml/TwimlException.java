package io.callmesh.routing.twiml;

/**
 * Says that a customer's document is not usable: one sentence for its author, and the place of what
 * is wrong.
 */
public final class TwimlException extends IllegalArgumentException {
  private final int line;
  private final int column;

  TwimlException(String sentence, Place place) {
    super(sentence);
    line = place.line();
    column = place.column();
  }

  /** The line, counted from 1. */
  public int line() {
    return line;
  }

  /** The column, counted from 1, in characters; a tab is one. */
  public int column() {
    return column;
  }
}
