// A Function as integrators of the Handoff API have it: the short form, the CallSid as id, the body as it is.
const axios = require('axios');

exports.handler = async function (context, event, callback) {
  try {
    const response = await axios.get(`${context.HANDOFF_HOST}/v1/handoff_state`, {
      params: { id: event.call_sid },
      headers: { 'x-api-key': context.HANDOFF_API_KEY },
    });
    callback(null, response.data);
  } catch (error) {
    callback(error);
  }
};
