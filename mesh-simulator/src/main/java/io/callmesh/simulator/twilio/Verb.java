package io.callmesh.simulator.twilio;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One TwiML verb that the simulator can run, with what it needs of it. */
sealed interface Verb {
  <R> R accept(Visitor<R> visitor);

  /** The name in reports, with the noun where there is one that matters. */
  String name();

  /** A verb with its attributes as written. */
  record Written(Verb verb, Map<String, String> attributes) {}

  /** Where a verb asks how to go on. */
  record Action(String url, boolean get) {}

  record Say(String text, int loop) implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.say(this);
    }

    @Override
    public String name() {
      return "Say";
    }
  }

  record Play(String url, int loop) implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.play(this);
    }

    @Override
    public String name() {
      return "Play";
    }
  }

  record Pause(int seconds) implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.pause(this);
    }

    @Override
    public String name() {
      return "Pause";
    }
  }

  record Stream(
      @Nullable Action action,
      String url,
      String streamName,
      String track,
      @Nullable Action statusCallback,
      Map<String, String> parameters)
      implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.stream(this);
    }

    @Override
    public String name() {
      return "Connect/Stream";
    }
  }

  /** With the way on, and with who says what is heard meanwhile. */
  record Enqueue(Enqueued queue, @Nullable Action action, @Nullable Action waiting)
      implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.enqueue(this);
    }

    @Override
    public String name() {
      return "Enqueue";
    }
  }

  record Dial(@Nullable Action action, List<Transfer> targets) implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.dial(this);
    }

    @Override
    public String name() {
      return targets.isEmpty() ? "Dial" : "Dial/" + targets.get(0).noun();
    }
  }

  record Refer(@Nullable Action action, Transfer target) implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.refer(this);
    }

    @Override
    public String name() {
      return "Refer";
    }
  }

  record Leave() implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.leave(this);
    }

    @Override
    public String name() {
      return "Leave";
    }
  }

  record Redirect(Action to) implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.redirect(this);
    }

    @Override
    public String name() {
      return "Redirect";
    }
  }

  /** Hangup and Reject. */
  record End(String name, CallEnd end) implements Verb {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.end(this);
    }
  }

  /** One method for each verb. */
  interface Visitor<R> {
    R say(Say say);

    R play(Play play);

    R pause(Pause pause);

    R stream(Stream stream);

    R enqueue(Enqueue enqueue);

    R dial(Dial dial);

    R refer(Refer refer);

    R leave(Leave leave);

    R redirect(Redirect redirect);

    R end(End end);
  }
}
