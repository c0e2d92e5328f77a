import { EventStreamParser, ServerSentEvent } from './EventStreamParser';

function parse(pieces: string[], limit?: number): { events: ServerSentEvent[]; retries: number[] } {
  const events: ServerSentEvent[] = [];
  const retries: number[] = [];
  const parser = new EventStreamParser(
    { onEvent: (event) => events.push(event), onRetry: (ms) => retries.push(ms) },
    limit,
  );
  pieces.forEach((piece) => parser.feed(piece));
  return { events, retries };
}

const STREAM = '\uFEFF: hello\r\nretry: 2000\r\n\r\nevent: snapshot\r\ndata: {"a":\r\ndata:1}\r\nid: 7\r\n\r\ndata\r\n\r\n';
const EVENTS = [
  { type: 'snapshot', data: '{"a":\n1}' },
  { type: 'message', data: '' },
];

test('reads events, joins lines of data, and ignores comments and ids', () => {
  expect(parse([STREAM])).toEqual({ events: EVENTS, retries: [2000] });
});

test('reads the same when the stream is cut anywhere', () => {
  for (let cut = 0; cut <= STREAM.length; cut += 1) {
    expect(parse([STREAM.slice(0, cut), STREAM.slice(cut)])).toEqual({ events: EVENTS, retries: [2000] });
  }
  expect(parse(STREAM.split(''))).toEqual({ events: EVENTS, retries: [2000] });
});

test.each(['\n', '\r', '\r\n'])('takes %j for the end of a line', (end) => {
  const text = ['event: a', 'data: 1', '', 'event: b', 'data: 2', '', ''].join(end);
  const events = [
    { type: 'a', data: '1' },
    { type: 'b', data: '2' },
  ];
  // a lone CR at the very end may still become a CRLF, and is a line end either way
  expect(parse([text]).events).toEqual(events);
  for (let cut = 0; cut <= text.length; cut += 1) {
    expect(parse([text.slice(0, cut), '', text.slice(cut)]).events).toEqual(events);
  }
  expect(parse(text.split('')).events).toEqual(events);
});

test('takes a LF that follows a CRLF for an empty line, wherever it is cut', () => {
  const text = 'data: 1\r\n\ndata: 2\r\n\n';
  const events = ['1', '2'].map((data) => ({ type: 'message', data }));
  expect(parse([text]).events).toEqual(events);
  expect(parse(text.split('')).events).toEqual(events);
});

test('forgets the type of an event that has no data', () => {
  expect(parse(['event: lost\n\ndata: x\n\n']).events).toEqual([{ type: 'message', data: 'x' }]);
});

test('keeps what is not ended yet', () => {
  expect(parse(['data: half\n']).events).toEqual([]);
});

test('takes one space after the colon, not two', () => {
  expect(parse(['data:  x\n\n']).events).toEqual([{ type: 'message', data: ' x' }]);
});

test('ignores a pause that is no number', () => {
  expect(parse(['retry: soon\nretry: -1\nretry: 12345678901\n']).retries).toEqual([]);
});

test.each([['data: ', 'xxxxxxxxxx'], ['data: xxxx\ndata: xxxx\n', 'data: xxxx\n']])(
  'refuses an event that grows over the limit',
  (...pieces) => {
    expect(() => parse(pieces, 10)).toThrow('longer than 10');
  },
);
