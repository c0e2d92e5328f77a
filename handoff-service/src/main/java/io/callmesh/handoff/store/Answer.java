package io.callmesh.handoff.store;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.SessionNews;
import java.time.Instant;
import java.util.Locale;

/** What a reader is answered who asks for a handoff. */
public sealed interface Answer {
  /** Gives the visitor what it is. */
  <R> R accept(Visitor<R> visitor);

  /** Takes an answer apart. */
  interface Visitor<R> {
    /** It is there. */
    R found(Outcome outcome);

    /** There was one. */
    R gone(Why why, Instant when);

    /** The call is with an agent and has no handoff yet. */
    R tooEarly(SessionNews session);

    /** For this reader there never was one. */
    R absent();
  }

  /** Why a handoff is served no more. */
  enum Why {
    /** Its lifetime is over. */
    EXPIRED,
    /** Somebody had it deleted. */
    DELETED,
    /** A later outcome of the same call has taken its place. */
    REPLACED;

    /** The word in the API. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** It is there. */
  record Found(Outcome outcome) implements Answer {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.found(outcome);
    }
  }

  /** There was one, until then. */
  record Gone(Why why, Instant when) implements Answer {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.gone(why, when);
    }
  }

  /** The call is with an agent and has no handoff yet. */
  record TooEarly(SessionNews session) implements Answer {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.tooEarly(session);
    }
  }

  /** For this reader there never was one. */
  record Absent() implements Answer {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.absent();
    }
  }
}
