package io.callmesh.broker;

/** The broker cannot start or stop; the message is one sentence for the person who runs it. */
public final class BrokerException extends RuntimeException {
  BrokerException(String message) {
    super(message);
  }

  BrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
