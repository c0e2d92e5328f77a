package io.callmesh.worker.agent;

/** The callmesh agent protocol, v1 (docs/agent-protocols.md). */
final class CallmeshProtocol implements AgentProtocol {
  static final CallmeshProtocol INSTANCE = new CallmeshProtocol();

  private CallmeshProtocol() {}

  @Override
  public String subProtocol() {
    return "callmesh.agent.v1";
  }

  @Override
  public AgentConnection begin(
      AgentSocket socket, SessionStart start, AgentListener listener, Runnable lost) {
    return new CallmeshConnection(socket, start, listener, lost);
  }
}
