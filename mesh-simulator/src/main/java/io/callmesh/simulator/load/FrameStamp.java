package io.callmesh.simulator.load;

/** Makes a stream's frames recognisable and recognises them when they come back. One stream's. */
interface FrameStamp {
  /** Samples in a frame: 20 ms of mu-law at 8 kHz, a byte each. */
  int FRAME = 160;

  /** Puts audio into a frame that says which one it is. */
  void write(byte[] frame, int number);

  /**
   * Takes audio that came back, in order; pieces may be cut in any way.
   *
   * @param nanos when it came
   */
  void heard(byte[] audio, int length, long nanos);
}
