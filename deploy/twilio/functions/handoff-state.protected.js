// What the agent had stored for this call, as the Handoff API tells it: a Studio flow runs this with
// call_sid. The name makes Twilio refuse requests that are not its own. Variables of the service:
// CALLMESH_URL, the base URL of callmesh, and CALLMESH_API_KEY, a key with the right handoff:read.

const https = require('https');
const http = require('http');

// Studio waits 10 s for a Function, and the caller waits with it.
const TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;

function get(url, key) {
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
        response.on('end', () => resolve({ status: response.statusCode, body }));
        response.on('error', reject);
      },
    );
    const timer = setTimeout(() => request.destroy(new Error('no answer in time')), TIMEOUT_MS);
    request.on('close', () => clearTimeout(timer));
    request.on('error', reject);
  });
}

exports.handler = async (context, event, callback) => {
  const response = new Twilio.Response();
  response.appendHeader('Content-Type', 'application/json');
  try {
    const url = new URL(`${context.CALLMESH_URL.replace(/\/$/, '')}/v1/handoff_state`);
    url.searchParams.set('id', event.call_sid || '');
    const answer = await get(url, context.CALLMESH_API_KEY);
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
