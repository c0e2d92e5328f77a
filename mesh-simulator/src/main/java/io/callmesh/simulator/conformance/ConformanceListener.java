package io.callmesh.simulator.conformance;

/** Hears how a run goes; called by one thread at a time. */
public interface ConformanceListener {
  /** It is known what the server does with audio, and the checks begin. */
  void onRehearsed(Answering answering, int checks);

  /** A check is done; they end in no certain order. */
  void onResult(CheckResult result);
}
