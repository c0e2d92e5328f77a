package io.callmesh.simulator.audio;

import java.io.IOException;

/**
 * A WAV file that cannot be used; the message is one sentence that names the file and the reason.
 */
public final class WavException extends IOException {
  private static final long serialVersionUID = 1L;

  WavException(String message) {
    super(message);
  }

  WavException(String message, Throwable cause) {
    super(message, cause);
  }
}
