package io.callmesh.simulator.twilio;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.twilio.TwilioSignature;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A mesh of one port: answers webhooks with TwiML by path, and takes streams. */
final class FakeMesh {
  static final String TOKEN = "0123456789abcdef0123456789abcdef";

  final List<Request> requests = new CopyOnWriteArrayList<>();
  final List<JsonObject> messages = new CopyOnWriteArrayList<>();
  final List<String> handshakes = new CopyOnWriteArrayList<>();
  private final Map<String, Queue<Answer>> answers = new ConcurrentHashMap<>();
  private final Promise<JsonObject> stop = Promise.promise();
  private final HttpServer server;
  private volatile String publicUrl = "";
  private volatile int handshakeStatus = 101;
  private volatile StreamHandler onStream = (socket, message) -> {};

  /** A webhook that came; a GET's form is its query. */
  record Request(
      String method, String target, SortedMap<String, String> form, boolean signed, String token) {
    String path() {
      return target.split("\\?", 2)[0];
    }
  }

  record Answer(int status, String contentType, String body) {}

  /** Gets each message of Twilio with the socket it came by. */
  interface StreamHandler {
    void message(ServerWebSocket socket, JsonObject message);
  }

  FakeMesh(Vertx vertx) throws Exception {
    server =
        vertx
            .createHttpServer()
            .requestHandler(this::webhook)
            .webSocketHandshakeHandler(this::handshake)
            .webSocketHandler(this::stream)
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS);
  }

  /** What signatures must be for, when that is not the address. */
  @CanIgnoreReturnValue
  FakeMesh knownAs(String publicUrl) {
    this.publicUrl = publicUrl;
    return this;
  }

  private String signedBase() {
    return publicUrl.isEmpty() ? url().toString() : publicUrl;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  String streamUrl(String path) {
    return "ws://127.0.0.1:" + server.actualPort() + path;
  }

  @CanIgnoreReturnValue
  FakeMesh answer(String path, String twiml) {
    return answer(path, twiml(twiml));
  }

  @CanIgnoreReturnValue
  FakeMesh answer(String path, Answer... inTurn) {
    answers.put(path, new ConcurrentLinkedQueue<>(List.of(inTurn)));
    return this;
  }

  static Answer twiml(String verbs) {
    return new Answer(200, "text/xml", "<Response>" + verbs + "</Response>");
  }

  /** The next of a path's answers; the last one stays. */
  private Answer next(String path) {
    Queue<Answer> left = answers.getOrDefault(path, new ConcurrentLinkedQueue<>());
    Answer next = left.size() > 1 ? left.poll() : left.peek();
    return next == null ? new Answer(404, "text/plain", "no such page") : next;
  }

  @CanIgnoreReturnValue
  FakeMesh refuseStreams(int status) {
    handshakeStatus = status;
    return this;
  }

  @CanIgnoreReturnValue
  FakeMesh onStream(StreamHandler handler) {
    onStream = handler;
    return this;
  }

  /** The only request of a path. */
  Request only(String path) {
    List<Request> all = to(path);
    if (all.size() != 1) {
      throw new AssertionError(path + " was requested " + all.size() + " times");
    }
    return all.get(0);
  }

  List<Request> to(String path) {
    return requests.stream().filter(request -> request.path().equals(path)).toList();
  }

  List<String> targets() {
    return requests.stream().map(Request::target).toList();
  }

  List<JsonObject> events(String event) {
    return messages.stream().filter(one -> event.equals(one.getString("event"))).toList();
  }

  /** The first stop, when it has come; by then all messages before it have. */
  Future<JsonObject> stop() {
    return stop.future();
  }

  Future<Void> close() {
    return server.close();
  }

  private void webhook(HttpServerRequest request) {
    Handler<Buffer> answering =
        body -> {
          SortedMap<String, String> form = form(body.toString());
          String url = signedBase() + request.uri();
          boolean signed = sign(url, form).equals(request.getHeader(TwilioSignature.HEADER));
          boolean get = request.method().equals(HttpMethod.GET);
          requests.add(
              new Request(
                  request.method().name(),
                  request.uri(),
                  get ? form(String.valueOf(request.query())) : form,
                  signed,
                  String.valueOf(request.getHeader(Webhooks.IDEMPOTENCY_TOKEN))));
          Answer answer = next(request.path());
          request
              .response()
              .setStatusCode(answer.status())
              .putHeader("Content-Type", answer.contentType())
              .end(answer.body());
        };
    request.body().onSuccess(answering);
  }

  private void handshake(ServerWebSocketHandshake handshake) {
    String expected =
        sign(signedBase().replaceFirst("http", "ws") + handshake.uri(), new TreeMap<>());
    boolean signed = expected.equals(handshake.headers().get(TwilioSignature.HEADER));
    handshakes.add(handshake.uri() + (signed ? " signed" : " not signed"));
    if (handshakeStatus == 101) {
      handshake.accept();
    } else {
      handshake.reject(handshakeStatus);
    }
  }

  private void stream(ServerWebSocket socket) {
    socket.textMessageHandler(
        text -> {
          JsonObject message = new JsonObject(text);
          messages.add(message);
          if ("stop".equals(message.getString("event"))) {
            stop.tryComplete(message);
          }
          onStream.message(socket, message);
        });
  }

  static String sign(String url, SortedMap<String, String> form) {
    SortedMap<String, Collection<String>> values = new TreeMap<>();
    form.forEach((name, value) -> values.put(name, List.of(value)));
    return TwilioSignature.of(TOKEN, url, values);
  }

  private static SortedMap<String, String> form(String body) {
    SortedMap<String, String> form = new TreeMap<>();
    for (String field : body.split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        form.put(
            URLDecoder.decode(field.substring(0, equals), StandardCharsets.UTF_8),
            URLDecoder.decode(field.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return form;
  }
}
