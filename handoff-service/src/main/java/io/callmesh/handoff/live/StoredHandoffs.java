package io.callmesh.handoff.live;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.handoff.access.Reader;
import io.callmesh.handoff.store.Answer;
import io.callmesh.handoff.store.HandoffName;
import io.callmesh.handoff.store.Lookup;
import io.callmesh.handoff.store.OutcomeStore;
import io.callmesh.handoff.store.Reads;
import io.vertx.core.Future;
import java.util.Optional;

/** {@link Handoffs} in the store of this process. */
record StoredHandoffs(OutcomeStore outcomes, Lookup lookup, Reads reads) implements Handoffs {
  @Override
  public Future<Answer> look(HandoffName name, Reader reader) {
    return lookup.of(name, reader);
  }

  @Override
  public Optional<Outcome> current(HandoffName name, Reader reader) {
    return outcomes.current(name, reader);
  }

  @Override
  public Optional<ReceiptChain> chainOf(Outcome outcome) {
    return outcomes.chainOf(outcome);
  }

  @Override
  public Optional<Runnable> watch(HandoffName name, Runnable changed) {
    return outcomes.watches().watch(name, changed).map(watch -> watch::close);
  }

  @Override
  public boolean opens(Reader reader, SessionNews session) {
    return outcomes.connectors().opens(reader, session);
  }

  @Override
  public HandoffData shown(HandoffData state, String connectorId, Reader reader) {
    return outcomes.connectors().shown(state, connectorId, reader);
  }

  @Override
  public void read(Outcome outcome, Reader reader) {
    reads.read(outcome, reader);
  }
}
