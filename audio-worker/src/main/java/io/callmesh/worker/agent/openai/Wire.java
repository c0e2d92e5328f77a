package io.callmesh.worker.agent.openai;

import io.vertx.core.json.JsonObject;

/** What a conversation needs of the connection that carries it. */
interface Wire {
  /** Sends an event. */
  void send(JsonObject event);

  /** Runs a task after a while, unless the connection is over by then; returns its number. */
  long later(long delayMs, Runnable task);

  /** Takes the task of this number back, if it has not run. */
  void cancel(long task);

  /** Ends the connection: the session cannot go on here, and may on another one. */
  void lose();

  /** Ends the connection, and says that another one would be of no use. */
  void refuse(String code);
}
