package io.callmesh.handoff.live;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.handoff.access.Reader;
import java.util.Optional;

/** What readers are shown, of what is stored and what is going on. */
record Views(Handoffs handoffs) {
  /**
   * What this reader is shown: of the call's session and its handoff whichever began later. Empty
   * when there is neither that the reader may know of.
   */
  Optional<View> of(Reader reader, Optional<Outcome> handoff, Optional<SessionNews> session) {
    Optional<SessionNews> goesOn =
        session
            .filter(
                one -> handoff.map(Outcome::decidedAt).map(one.openedAt()::isAfter).orElse(true))
            .filter(one -> handoffs.opens(reader, one));
    return goesOn
        .map(one -> View.of(one, handoffs.shown(one.state(), one.connectorId(), reader)))
        .or(() -> handoff.map(one -> of(reader, one)));
  }

  private View of(Reader reader, Outcome outcome) {
    return View.of(
        outcome,
        handoffs.chainOf(outcome),
        handoffs.shown(outcome.state(), outcome.connectorId(), reader));
  }
}
