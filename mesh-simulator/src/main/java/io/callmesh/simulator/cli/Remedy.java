package io.callmesh.simulator.cli;

import io.callmesh.simulator.twilio.CallEnd;
import io.callmesh.simulator.twilio.CallException;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.StreamReport;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong in a call, and what to do about it, in a sentence for the person at the terminal.
 */
public final class Remedy {
  private Remedy() {}

  /** For a call that broke off. */
  public static String of(CallException failure, String meshUrl) {
    return switch (failure.problem()) {
      case UNREACHABLE ->
          failure.getMessage() + "; is the mesh running, and is --url " + meshUrl + " right?";
      case STATUS -> status(failure);
      case TWIML -> failure.getMessage() + "; look at the connector's TwiML.";
      case LOOP -> failure.getMessage() + "; look at the <Redirect>s of the connector's TwiML.";
    };
  }

  private static String status(CallException failure) {
    return switch (failure.status()) {
      case 401, 403 ->
          "The mesh refused the signature ("
              + failure.status()
              + "): give the account's --auth-token and --account-sid, and --public-url if"
              + " CALLMESH_PUBLIC_URL differs from --url.";
      case 404 ->
          failure.getMessage() + "; is the number (--to) or the path (--path) known to the mesh?";
      default -> failure.getMessage() + "; the mesh's log says why.";
    };
  }

  /** For streams of a load that were refused or broke, with the reason that the load gave. */
  public static String ofStreams(String reason) {
    if (reason.startsWith("HTTP 401") || reason.startsWith("HTTP 403")) {
      return reason
          + "; sign with --auth-token (and --account-sid), give --signed-url if the server believes"
          + " to be elsewhere than --url, and --parameter connectorToken=... for callmesh's /streams.";
    }
    if (reason.startsWith("HTTP 503")) {
      return reason + "; the server has no room for so many: fewer --streams.";
    }
    if (reason.startsWith("HTTP")) {
      return reason + "; is the path of --url where the server takes streams?";
    }
    if (reason.startsWith("no connection")) {
      return reason + "; is the server running, and is --url right?";
    }
    if (reason.contains("certification path") || reason.contains("subject alternative")) {
      return reason + "; --insecure accepts any certificate.";
    }
    return reason + "; the server's log may say why.";
  }

  /** For a call that ran to its end; null when nothing went wrong. */
  public static @Nullable String of(CallReport report) {
    for (StreamReport stream : report.streams()) {
      if (stream.error() != null) {
        return "The mesh refused the stream: "
            + stream.error()
            + "; --public-url must be the mesh's CALLMESH_PUBLIC_URL.";
      }
    }
    if (report.streams().isEmpty()) {
      return "The call ended without a stream: is there a connector for the number (--to), with"
          + " <Connect> in its TwiML, and capacity?";
    }
    if (!report.missedSteps().isEmpty()) {
      return "Not as planned: "
          + String.join(", ", report.missedSteps())
          + "; is the connector's agent running?";
    }
    if (report.invalidMessages() > 0) {
      return "The mesh sent "
          + report.invalidMessages()
          + " messages that Twilio would not accept.";
    }
    if (!report.answeredInTwoWays().isEmpty()) {
      return "The mesh answered the same webhook in two ways: "
          + String.join(", ", report.answeredInTwoWays())
          + "; Twilio repeats webhooks, so both answers must be the same.";
    }
    return report.end() == CallEnd.LIMIT
        ? "The call reached its limit: the mesh did not take the caller on; raise --limit if it"
            + " should have been longer."
        : null;
  }
}
