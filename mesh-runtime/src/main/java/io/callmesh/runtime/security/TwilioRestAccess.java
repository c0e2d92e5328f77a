package io.callmesh.runtime.security;

import io.callmesh.contracts.security.Secret;

/**
 * What opens Twilio's REST API for one account (reference/twilio.md 5): HTTP Basic, and where to.
 *
 * @param user the SID of an API key, or the AccountSid
 * @param password the API key's secret, or an Auth Token
 * @param baseUrl of the account's region, without a slash at the end; credentials are good in one
 *     region only
 */
public record TwilioRestAccess(String user, Secret password, String baseUrl) {
  /** Where accounts are that name no region. */
  static final String HOME = "https://api.twilio.com";

  /** The base URL of a region, entered at an edge. */
  static String at(String edge, String region) {
    return "https://api." + edge + "." + region + ".twilio.com";
  }
}
