package io.callmesh.ingress.stream;

import java.util.Map;

/** A message from Twilio on a stream's socket (reference/twilio.md 4.1). */
public sealed interface TwilioMessage {
  /** Hands itself to the method of its kind. */
  void deliverTo(Receiver receiver);

  /** One method for each kind. */
  interface Receiver {
    void connected(Connected message);

    void start(Start message);

    void media(Media message);

    void dtmf(Dtmf message);

    void mark(Mark message);

    void stop(Stop message);

    void unknown(Unknown message);
  }

  /** The first message: nothing but a greeting. */
  record Connected() implements TwilioMessage {
    @Override
    public void deliverTo(Receiver receiver) {
      receiver.connected(this);
    }
  }

  /**
   * The stream begins.
   *
   * @param parameters the {@code <Parameter>} values
   */
  record Start(
      String streamSid,
      String callSid,
      String accountSid,
      String encoding,
      int sampleRate,
      Map<String, String> parameters)
      implements TwilioMessage {
    @Override
    public void deliverTo(Receiver receiver) {
      receiver.start(this);
    }
  }

  /**
   * Audio of the caller.
   *
   * @param sequenceNumber among the stream's messages of any kind; 0 when it has none
   * @param timestampMs since the stream began
   * @param payload mu-law
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Media(String streamSid, long sequenceNumber, long timestampMs, byte[] payload)
      implements TwilioMessage {
    @Override
    public void deliverTo(Receiver receiver) {
      receiver.media(this);
    }
  }

  /** A key that the caller pressed. */
  record Dtmf(String streamSid, String digit) implements TwilioMessage {
    @Override
    public void deliverTo(Receiver receiver) {
      receiver.dtmf(this);
    }
  }

  /** A mark comes back: played, or cleared. */
  record Mark(String streamSid, String name) implements TwilioMessage {
    @Override
    public void deliverTo(Receiver receiver) {
      receiver.mark(this);
    }
  }

  /** The stream is over: the call ended or was taken elsewhere. */
  record Stop(String streamSid) implements TwilioMessage {
    @Override
    public void deliverTo(Receiver receiver) {
      receiver.stop(this);
    }
  }

  /** Something newer than we are; it is ignored. */
  record Unknown(String event) implements TwilioMessage {
    @Override
    public void deliverTo(Receiver receiver) {
      receiver.unknown(this);
    }
  }
}
