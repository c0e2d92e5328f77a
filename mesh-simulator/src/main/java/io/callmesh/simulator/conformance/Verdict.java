package io.callmesh.simulator.conformance;

/** What a check found, in a sentence. */
record Verdict(Outcome outcome, String sentence) {
  static Verdict passed(String sentence) {
    return new Verdict(Outcome.PASSED, sentence);
  }

  static Verdict failed(String sentence) {
    return new Verdict(Outcome.FAILED, sentence);
  }

  static Verdict skipped(String sentence) {
    return new Verdict(Outcome.SKIPPED, sentence);
  }

  static Verdict notApplicable(String sentence) {
    return new Verdict(Outcome.NOT_APPLICABLE, sentence);
  }
}
