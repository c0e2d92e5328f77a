package io.callmesh.simulator.twilio;

import io.callmesh.simulator.twilio.Webhooks.Webhook;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.net.URI;

/**
 * Twilio, for one mesh and one account. Makes any number of calls at a time; calls started on
 * several contexts run in parallel. Thread-safe.
 */
public final class TwilioSimulator {
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int MOST_REQUESTS = 100;
  private static final int MOST_STREAMS = 10_000;

  private final Vertx vertx;
  private final MeshAddress mesh;
  private final TwilioAccount account;
  private final HttpClient http;
  private final WebSocketClient sockets;
  private final StudioHost studio;
  private final LiveCalls liveCalls;

  /**
   * A Twilio that calls a mesh.
   *
   * @param baseUrl {@code http(s)://host[:port][/prefix]}: where the mesh is, and the base of the
   *     URLs that are signed
   * @throws IllegalArgumentException when it is not of that form
   */
  public TwilioSimulator(Vertx vertx, URI baseUrl, TwilioAccount account) {
    this(
        vertx,
        new MeshAddress(baseUrl, baseUrl),
        account,
        http(vertx),
        sockets(vertx),
        new StudioHost(StudioHost.TWILIOS, account.accountSid()),
        new LiveCalls());
  }

  private TwilioSimulator(
      Vertx vertx,
      MeshAddress mesh,
      TwilioAccount account,
      HttpClient http,
      WebSocketClient sockets,
      StudioHost studio,
      LiveCalls liveCalls) {
    this.vertx = vertx;
    this.mesh = mesh;
    this.account = account;
    this.http = http;
    this.sockets = sockets;
    this.studio = studio;
    this.liveCalls = liveCalls;
  }

  private static HttpClient http(Vertx vertx) {
    return vertx.createHttpClient(
        new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MS),
        new PoolOptions().setHttp1MaxSize(MOST_REQUESTS));
  }

  private static WebSocketClient sockets(Vertx vertx) {
    return vertx.createWebSocketClient(
        new WebSocketClientOptions()
            .setConnectTimeout(CONNECT_TIMEOUT_MS)
            .setMaxConnections(MOST_STREAMS));
  }

  /**
   * The same Twilio for a mesh that is configured with another public URL than the one it is
   * reached at: requests to the public URL, streams too, go to the base URL and are signed as
   * public ones.
   *
   * @throws IllegalArgumentException when it is not {@code http(s)://host[:port][/prefix]}
   */
  public TwilioSimulator signingAs(URI publicUrl) {
    return new TwilioSimulator(
        vertx, mesh.signingAs(publicUrl), account, http, sockets, studio, liveCalls);
  }

  /**
   * The same Twilio whose Studio takes calls back at another host than {@code webhooks.twilio.com}.
   */
  public TwilioSimulator withStudioAt(String host) {
    StudioHost other = new StudioHost(host, account.accountSid());
    return new TwilioSimulator(vertx, mesh, account, http, sockets, other, liveCalls);
  }

  /** The same Twilio whose live calls are under the control of a REST API. */
  public TwilioSimulator controlledBy(TwilioRestApi api) {
    return new TwilioSimulator(vertx, mesh, account, http, sockets, studio, api.liveCalls());
  }

  /** A call to be started. */
  public SimulatedCall call(CallPlan plan) {
    return new SimulatedCall(vertx, plan, liveCalls, this::runner);
  }

  /**
   * Requests the voice webhook of a call and reads where the answer sends the call's audio, without
   * going there. Fails with a {@link CallException} when that is nowhere.
   */
  public Future<StreamInvitation> invite(CallPlan plan) {
    CallForm form = new CallForm(account, plan);
    Webhook voice =
        new Webhook(
            "voice",
            mesh.voice(plan.voicePath()),
            plan.habits().voiceByGet(),
            form.with("ringing"),
            plan.habits().twice());
    return new Webhooks(http, mesh, account)
        .twiml(voice)
        .map(report -> StreamInvitation.read(plan.callSid(), voice.url(), report.document(), mesh));
  }

  private TwimlRunner runner(SimulatedCall call) {
    Webhooks webhooks = new Webhooks(http, mesh, account);
    return new TwimlRunner(
        vertx, call, account, mesh, webhooks, new StreamDialer(sockets, mesh, webhooks), studio);
  }

  /** Closes all connections; calls in progress break off. */
  public Future<Void> close() {
    return Future.join(http.close(), sockets.close()).mapEmpty();
  }
}
