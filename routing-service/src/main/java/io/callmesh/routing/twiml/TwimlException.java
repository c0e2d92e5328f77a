package io.callmesh.routing.twiml;

/** A document that is not usable; its message is one sentence for its author. */
public final class TwimlException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  TwimlException(String sentence, int line, int column) {
    super(sentence);
    this.line = line;
    this.column = column;
  }

  /** The line at fault, from 1; 0 when it is not known. */
  public int line() {
    return line;
  }

  /** The column at fault, from 1; 0 when it is not known. */
  public int column() {
    return column;
  }
}
