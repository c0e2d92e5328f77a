package io.callmesh.simulator.conformance;

/** What every message of a server is held to, on every stream of the suite's. */
enum Rule {
  SILENT_BEFORE_START,
  TEXT_ONLY,
  UNFRAGMENTED,
  WELL_FORMED_FRAMES,
  KNOWN_EVENT,
  EXACT_MEMBERS,
  STREAM_SID,
  BASE64,
  NO_HEADER
}
