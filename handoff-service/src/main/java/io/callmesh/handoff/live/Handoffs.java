package io.callmesh.handoff.live;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.handoff.access.Reader;
import io.callmesh.handoff.store.Answer;
import io.callmesh.handoff.store.HandoffName;
import io.vertx.core.Future;
import java.util.Optional;

/** What is stored of handoffs, as those need it who look on. */
interface Handoffs {
  /** What a reader is answered who asks now; fails when nobody can say. */
  Future<Answer> look(HandoffName name, Reader reader);

  /** The latest handoff with this name, as memory has it. */
  Optional<Outcome> current(HandoffName name, Reader reader);

  /** The steps of a handoff, as memory has them. */
  Optional<ReceiptChain> chainOf(Outcome outcome);

  /**
   * Tells of changes of what has this name, on the caller's context; empty when too many watch.
   *
   * @return ends it
   */
  Optional<Runnable> watch(HandoffName name, Runnable changed);

  /** Whether a session is of a connector that the reader may know of. */
  boolean opens(Reader reader, SessionNews session);

  /** A handoff state of this connector's as the reader may see it. */
  HandoffData shown(HandoffData state, String connectorId, Reader reader);

  /** The reader has been shown this handoff. */
  void read(Outcome outcome, Reader reader);
}
