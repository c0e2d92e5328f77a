package io.callmesh.standalone.bench;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import org.jspecify.annotations.Nullable;

/**
 * Requests as a Twilio Function makes them, each for another handoff: by the CallSid, by the
 * conversation id, by the shared id where there is one. Some ask for what does not exist. One
 * thread's own.
 */
final class HandoffReads {
  /** What exists. */
  static final String HIT = "hit";

  /** What does not: answered when the topic's end has been read and no worker has the call. */
  static final String MISS = "miss";

  private static final long STUDIO_GIVES_UP_MS = 10_000;
  private static final String PATH = "/v1/handoff_state?";

  /** A prime that no count is a multiple of: neighbouring requests are for distant handoffs. */
  private static final long STRIDE = 1_000_003;

  private final Handoffs handoffs;
  private final int port;
  private final int among;
  private final int missEvery;
  private long reads;

  /**
   * @param among how many of the handoffs are read, in turn
   * @param missEvery one of so many is a miss; 0 for none
   */
  HandoffReads(Handoffs handoffs, int port, int among, int missEvery) {
    this.handoffs = handoffs;
    this.port = port;
    this.among = among;
    this.missEvery = missEvery;
  }

  /**
   * A request to send.
   *
   * @param place of the handoff it is for; negative for none
   */
  record Read(RequestOptions request, int place) implements CheckedRequest {
    @Override
    public Buffer body() {
      return Buffer.buffer();
    }

    @Override
    public String sort() {
      return place < 0 ? MISS : HIT;
    }

    @Override
    public @Nullable String fault(int status, String answer) {
      if (place < 0) {
        return status == 404 ? null : "status " + status + " for nothing";
      }
      return status != 200 ? "status " + status : answer.equals(expected()) ? null : "another body";
    }

    private String expected() {
      String sharedId = Handoffs.sharedId(place);
      return "{\"id\":\""
          + Handoffs.conversationId(place)
          + "\",\"data\":"
          + Handoffs.data(place)
          + (sharedId == null ? "}" : ",\"shared_id\":\"" + sharedId + "\"}");
    }
  }

  /** One more. */
  Read next() {
    long read = reads++;
    boolean miss = missEvery > 0 && read % missEvery == missEvery - 1;
    int place = (int) (read * STRIDE % among);
    return miss
        ? new Read(request("id=CB%032x".formatted(read)), -1)
        : new Read(request(name(place, (int) (read % 3))), place);
  }

  private static String name(int place, int kind) {
    String sharedId = Handoffs.sharedId(place);
    if (kind == 0 && sharedId != null) {
      return "shared_id=" + sharedId;
    }
    return "id=" + (kind == 1 ? Handoffs.conversationId(place) : Handoffs.callSid(place));
  }

  private RequestOptions request(String query) {
    return new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setHost("127.0.0.1")
        .setPort(port)
        .setURI(PATH + query)
        .setTimeout(STUDIO_GIVES_UP_MS)
        .putHeader("accept", "application/json, text/plain, */*")
        .putHeader("x-api-key", handoffs.key().text().reveal());
  }
}
