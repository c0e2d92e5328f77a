package io.callmesh.simulator.twilio;

import io.callmesh.simulator.twilio.MeshAddress.Route;
import java.net.URI;
import java.util.Map;

/**
 * Where a call's audio is to go: what a {@code <Stream>} of TwiML comes to.
 *
 * @param callSid the call, {@code CA…}
 * @param url as TwiML has it, perhaps with a query, which Twilio drops
 * @param endpoint where to connect: {@code ws(s)://host[:port]/path}
 * @param signed what the handshake's signature is made over
 * @param parameters for {@code customParameters}
 */
public record StreamInvitation(
    String callSid, String url, URI endpoint, String signed, Map<String, String> parameters) {
  public StreamInvitation {
    parameters = Map.copyOf(parameters);
  }

  /** The first stream of a document. */
  static StreamInvitation read(String callSid, URI base, String document, MeshAddress mesh) {
    Verb.Stream stream =
        TwimlParser.parse(document).stream()
            .map(Verb.Written::verb)
            .filter(Verb.Stream.class::isInstance)
            .map(Verb.Stream.class::cast)
            .findFirst()
            .orElseThrow(() -> CallException.twiml("the TwiML has no <Connect><Stream>"));
    URI url = Documents.resolve(base, stream.url());
    Route route = mesh.stream(url);
    String scheme = route.tls() ? "wss" : "ws";
    URI endpoint = URI.create(scheme + "://" + route.host() + ":" + route.port() + route.target());
    return new StreamInvitation(
        callSid, stream.url(), endpoint, route.signed(), stream.parameters());
  }
}
