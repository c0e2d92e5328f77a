package io.callmesh.routing.twiml;

/** A document of the customer's own that a call goes to. */
public final class HandoffDocument {
  private HandoffDocument() {}

  /** Parses a document; throws {@link TwimlException} when it is not usable. */
  public static HandoffDocument parse(String twiml) {
    org.w3c.dom.Document unused = CustomerDocument.xml(twiml);
    return new HandoffDocument();
  }
}
