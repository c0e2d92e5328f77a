package io.callmesh.routing.twiml;

/**
 * A place in a document, as an editor shows it.
 *
 * @param line counted from 1
 * @param column counted from 1, in characters; a tab is one
 */
record Place(int line, int column) {
  /** The place of an offset, in UTF-16 units; one beyond the text's end is its end. */
  static Place of(String text, int offset) {
    int end = Math.min(offset, text.length());
    int line = 1;
    int start = 0;
    for (int i = 0; i < end; i++) {
      if (endsLine(text, i)) {
        line++;
        start = i + 1;
      }
    }
    return new Place(line, text.codePointCount(start, end) + 1);
  }

  private static boolean endsLine(String text, int at) {
    return text.charAt(at) == '\n'
        || (text.charAt(at) == '\r' && (at + 1 == text.length() || text.charAt(at + 1) != '\n'));
  }
}
