package io.callmesh.routing.calls;

import io.callmesh.routing.calls.CallsMetrics.Result;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Twilio's REST API answered.
 *
 * @param status of HTTP; 0 when there was no answer
 * @param code Twilio's own, such as 21220; 0 when it gave none
 * @param retryAfter how long it wants to be left alone; zero when it did not say
 */
record TwilioAnswer(int status, int code, Duration retryAfter) {
  /** There was no answer. */
  static final TwilioAnswer NONE = new TwilioAnswer(0, 0, Duration.ZERO);

  private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");

  static TwilioAnswer of(HttpResponse<Buffer> response) {
    boolean good = response.statusCode() < 300;
    return new TwilioAnswer(
        response.statusCode(),
        good ? 0 : code(response.body()),
        seconds(response.getHeader("Retry-After")));
  }

  private static int code(@Nullable Buffer body) {
    try {
      return body == null ? 0 : body.toJsonObject().getInteger("code", 0);
    } catch (DecodeException | ClassCastException | NullPointerException notTwilios) {
      return 0; // a proxy's page, or a body that was cut
    }
  }

  /** The other form, a date, does not come from Twilio and counts as none. */
  private static Duration seconds(@Nullable String retryAfter) {
    return retryAfter != null && SECONDS.matcher(retryAfter).matches()
        ? Duration.ofSeconds(Long.parseLong(retryAfter))
        : Duration.ZERO;
  }

  Result result() {
    if (status == 0) {
      return Result.UNREACHABLE;
    }
    if (status >= 500) {
      return Result.ERROR;
    }
    return switch (status) {
      case 404 -> Result.GONE;
      case 429 -> Result.LIMITED;
      default -> status >= 200 && status < 300 ? Result.OK : Result.REFUSED;
    };
  }

  /** For a log and for a problem's detail: numbers only, as Twilio's sentence may hold anything. */
  @Override
  public String toString() {
    return code == 0
        ? "HTTP " + status
        : "HTTP " + status + ", see https://www.twilio.com/docs/errors/" + code;
  }
}
