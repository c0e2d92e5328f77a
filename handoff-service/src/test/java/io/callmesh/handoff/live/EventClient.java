package io.callmesh.handoff.live;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;

/** Reads server-sent events as they come. */
public final class EventClient {
  private static final String END = "the stream has ended";
  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final CompletableFuture<HttpResponse<Void>> ended;

  /** An event: its name, and its data. */
  public record Event(String name, JsonObject data, String text) {}

  /**
   * Opens a stream.
   *
   * @param headers names and values in turn
   */
  public EventClient(String url, String... headers) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Accept", "text/event-stream")
            .headers(headers)
            .build();
    ended = http.sendAsync(request, HttpResponse.BodyHandlers.fromLineSubscriber(new Lines()));
  }

  private final class Lines implements Flow.Subscriber<String> {
    @Override
    public void onSubscribe(Flow.Subscription one) {
      one.request(Long.MAX_VALUE);
      subscription.complete(one);
    }

    @Override
    public void onNext(String line) {
      lines.add(line);
    }

    @Override
    public void onError(Throwable cause) {
      lines.add(END);
    }

    @Override
    public void onComplete() {
      lines.add(END);
    }
  }

  /** The next line, without the empty ones. */
  public String line() throws Exception {
    while (true) {
      String line = lines.poll(10, SECONDS);
      assertThat(line).as("a line in time").isNotNull();
      if (!line.isEmpty()) {
        return line;
      }
    }
  }

  /** The next event, which must have this name; heartbeats are passed over. */
  public Event event(String name) throws Exception {
    String line = line();
    while (line.startsWith(":") || line.startsWith("retry:")) {
      line = line();
    }
    assertThat(line).isEqualTo("event: " + name);
    String data = line();
    assertThat(data).startsWith("data: ");
    String text = data.substring("data: ".length());
    return new Event(name, new JsonObject(text), text);
  }

  /** Waits for the end; nothing but heartbeats may come before. */
  public void awaitEnd() throws Exception {
    String line = line();
    while (line.startsWith(":") || line.startsWith("retry:")) {
      line = line();
    }
    assertThat(line).isEqualTo(END);
  }

  /** Waits for the end of an answer that is none of events, and gives its status. */
  public int status() throws Exception {
    return ended.get(10, SECONDS).statusCode();
  }

  /** Goes away. */
  public void close() {
    var unused = subscription.thenAccept(Flow.Subscription::cancel);
  }
}
