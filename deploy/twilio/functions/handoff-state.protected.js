// What the agent had stored for this call, as the Handoff API tells it: a Studio flow runs this with
// call_sid. The name makes Twilio refuse requests that are not its own. Variables of the service:
// CALLMESH_URL, the base URL of callmesh, and CALLMESH_API_KEY, a key with the right handoff:read.

const https = require('https');
const http = require('http');

// Studio waits 10 s for a Function, and the caller waits with it.
const TIMEOUT_MS = 7000;
// So long callmesh waits for a handoff that is being stored this very moment, and answers as soon as it is.
const WAIT_S = 4;
const MAX_BYTES = 256 * 1024;

function get(url, key, timeout) {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'http:' ? http : https).get(
      url,
      { headers: { 'x-api-key': key, accept: 'application/json' } },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text) => {
          body += text;
          if (body.length > MAX_BYTES) {
            request.destroy(new Error('the answer is too long'));
          }
        });
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
        response.on('error', reject);
      },
    );
    const timer = setTimeout(() => request.destroy(new Error('no answer in time')), timeout);
    request.on('close', () => clearTimeout(timer));
    request.on('error', reject);
  });
}

// 425: the call is with the agent still; 429: too many at once. Once more, if there is time for it.
async function getPatiently(url, key) {
  const end = Date.now() + TIMEOUT_MS;
  const first = await get(url, key, TIMEOUT_MS);
  const pause = Number(first.headers['retry-after']) * 1000;
  if (![425, 429].includes(first.status) || !(pause < end - Date.now() - 1000)) {
    return first;
  }
  await new Promise((resolve) => setTimeout(resolve, pause));
  url.searchParams.delete('wait');
  return get(url, key, end - Date.now()).catch((cause) => {
    console.error(`no second answer: ${cause.message}`);
    return first;
  });
}

exports.handler = async (context, event, callback) => {
  const response = new Twilio.Response();
  // with a charset, or Twilio's local runner encodes the text once more
  response.appendHeader('Content-Type', 'application/json; charset=utf-8');
  try {
    const url = new URL(`${context.CALLMESH_URL.replace(/\/$/, '')}/v1/handoff_state`);
    url.searchParams.set('id', event.call_sid || '');
    url.searchParams.set('wait', String(WAIT_S));
    const answer = await getPatiently(url, context.CALLMESH_API_KEY);
    JSON.parse(answer.body); // the flow puts the body into a task's attributes as it is
    response.setStatusCode(answer.status);
    response.setBody(answer.body);
  } catch (cause) {
    console.error(`no handoff state: ${cause.message}`);
    response.setStatusCode(502);
    response.setBody('{}');
  }
  callback(null, response);
};
