import type { Task } from './desk.ts';

/** A call that says enough to be judged by: the one of the pictures and the tests. */

export const ID = 'conv-7f3a';

/** The agent's data. */
export const DATA = {
  summary: 'Booked a deluxe room for 14 March, was charged twice (2 × $412.50) and wants one charge refunded today.',
  customer_id: 'C-20418',
  booking_reference: 'LHX-9921',
  topic: 'Double charge',
  verified: true,
  language: 'en-US',
  card: { brand: 'Visa', number: '[masked]' },
  charges: [
    { date: '2026-11-20', amount: '412.50 USD' },
    { date: '2026-11-20', amount: '412.50 USD' },
  ],
};

/** What was said, from so many seconds ago. */
export function transcript(now: number): object[] {
  const said: [string, string][] = [
    ['agent', 'Thank you for calling Harbour Hotels. How can I help you?'],
    ['caller', 'Hi, I was charged twice for my booking in March and I would like that fixed.'],
    ['agent', 'I am sorry about that. I see two charges of 412 dollars and 50 cents on 20 November. Is it those?'],
    ['caller', 'Yes, exactly. Can I talk to somebody who can refund it today?'],
    ['agent', 'Of course. I am putting you through to a colleague in billing.'],
  ];
  return said.map(([role, text], index) => ({
    role,
    text,
    final: true,
    at: new Date(now - 120_000 + index * 9000).toISOString(),
  }));
}

/** The live snapshot. */
export function snapshot(now: number, changes: object = {}): object {
  const at = (ms: number): string => new Date(now + ms).toISOString();
  return {
    id: ID,
    call_sid: 'CA0123456789abcdef0123456789abcdef',
    status: 'waiting',
    since: at(-72_000),
    reason: 'needs_human',
    destination: 'billing',
    data: DATA,
    transcript: transcript(now),
    receipts: [
      { step: 'requested', at: at(-72_040) },
      { step: 'stored', at: at(-72_000) },
      { step: 'routed', at: at(-71_500), destination: 'billing', detail: 'flex #1' },
    ],
    ...changes,
  };
}

/** The task that Flex has of it. */
export function task(now: number, ours: object = {}): Task {
  return {
    attributes: {
      name: 'Maria Keller',
      from: '+14155550142',
      call_sid: 'CA0123456789abcdef0123456789abcdef',
      callmesh: {
        conversation_id: ID,
        destination: 'billing',
        handoff_reason: 'needs_human',
        handed_over_at: new Date(now - 72_000).toISOString(),
        ...ours,
      },
    },
  };
}
