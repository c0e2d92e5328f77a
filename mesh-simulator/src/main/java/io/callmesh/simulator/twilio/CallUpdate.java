package io.callmesh.simulator.twilio;

import org.jspecify.annotations.Nullable;

/**
 * What a live call is to do instead: a document, or where to fetch one.
 *
 * @param url where it is; null when it is given
 * @param get whether it is fetched by GET
 * @param twiml the document; null when it is fetched
 */
record CallUpdate(@Nullable String url, boolean get, @Nullable String twiml) {}
