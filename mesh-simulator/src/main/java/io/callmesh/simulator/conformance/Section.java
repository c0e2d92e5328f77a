package io.callmesh.simulator.conformance;

/** The part of the protocol that a check is about. */
public enum Section {
  HANDSHAKE("Handshake"),
  MESSAGES("Messages to Twilio"),
  PLAYBACK("Marks and clear"),
  INPUT("Messages from Twilio"),
  WEBSOCKET("WebSocket"),
  ENDING("Ending"),
  LOAD("Several streams, slow streams");

  private final String title;

  Section(String title) {
    this.title = title;
  }

  /** As a heading. */
  public String title() {
    return title;
  }
}
