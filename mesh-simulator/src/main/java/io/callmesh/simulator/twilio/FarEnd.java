package io.callmesh.simulator.twilio;

import java.util.ArrayList;
import java.util.List;

/**
 * What the other sides of a call do, in the order in which the call comes to them. When its lists
 * are used up, a dialled side answers, a REFER is accepted, and a caller stays in the queue.
 *
 * @param dials one for each {@code <Dial>}
 * @param refers one for each {@code <Refer>}
 * @param transfers one for each {@code <Dial>} or {@code <Refer>} for which the lists before have
 *     none left
 * @param queues one for each {@code <Enqueue>}
 */
public record FarEnd(
    List<DialAnswer> dials,
    List<ReferAnswer> refers,
    List<DialAnswer> transfers,
    List<QueueAnswer> queues) {
  /** Everybody takes the call, and queues keep it. */
  public static final FarEnd WILLING = new FarEnd(List.of(), List.of(), List.of(), List.of());

  /** Keeps what was given. */
  public FarEnd {
    dials = List.copyOf(dials);
    refers = List.copyOf(refers);
    transfers = List.copyOf(transfers);
    queues = List.copyOf(queues);
  }

  /** The same, and the next dialled side does this. */
  public FarEnd dial(DialAnswer next) {
    return new FarEnd(and(dials, next), refers, transfers, queues);
  }

  /** The same, and the next REFER goes so. */
  public FarEnd refer(ReferAnswer next) {
    return new FarEnd(dials, and(refers, next), transfers, queues);
  }

  /** The same, and the next transfer, by {@code <Dial>} or by {@code <Refer>}, goes so. */
  public FarEnd transfer(DialAnswer next) {
    return new FarEnd(dials, refers, and(transfers, next), queues);
  }

  /** The same, and the next queue does this. */
  public FarEnd queue(QueueAnswer next) {
    return new FarEnd(dials, refers, transfers, and(queues, next));
  }

  private static <T> List<T> and(List<T> earlier, T next) {
    List<T> all = new ArrayList<>(earlier);
    all.add(next);
    return all;
  }
}
