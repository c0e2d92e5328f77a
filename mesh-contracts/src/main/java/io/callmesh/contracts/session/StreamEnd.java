package io.callmesh.contracts.session;

/** Why a stream is over, as the text of an {@code END} frame to the worker. */
public enum StreamEnd {
  /** Twilio said {@code stop}: the call is over or was taken elsewhere. */
  CALLER_HUNG_UP("caller_hung_up"),
  /** The socket closed without {@code stop}: the caller may come back. */
  INTERRUPTED("interrupted"),
  /** We closed the stream: the peer broke the protocol too often, or the ingress goes away. */
  ERROR("error");

  private final String text;

  StreamEnd(String text) {
    this.text = text;
  }

  /** The form in frames, in events and towards the agent. */
  public String text() {
    return text;
  }

  /** The reason with this text; anything unknown is {@link #ERROR}. */
  public static StreamEnd ofText(String text) {
    for (StreamEnd end : values()) {
      if (end.text.equals(text)) {
        return end;
      }
    }
    return ERROR;
  }
}
