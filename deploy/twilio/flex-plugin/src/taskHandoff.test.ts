import { taskHandoffOf } from './taskHandoff';

test('reads what the mesh wrote into a task', () => {
  expect(
    taskHandoffOf({
      attributes: {
        name: 'Maria Keller',
        from: '+14155550142',
        call_sid: 'CA1',
        callmesh: {
          conversation_id: 'conv-1',
          handoff_reason: 'needs_human',
          destination: 'billing',
          handed_over_at: '2026-11-23T10:00:00Z',
          handoff: { customer_id: 'c-7' },
        },
      },
    }),
  ).toEqual({
    id: 'conv-1',
    name: 'Maria Keller',
    number: '+14155550142',
    reason: 'needs_human',
    destination: 'billing',
    handedOverAt: Date.parse('2026-11-23T10:00:00Z'),
    data: { customer_id: 'c-7' },
  });
});

test('reads the body that a Studio flow put there', () => {
  const callmesh = { conversation_id: 'conv-1', handoff: { id: 'conv-1', data: { a: 1 } } };
  expect(taskHandoffOf({ attributes: { callmesh } })?.data).toEqual({ a: 1 });
});

test('goes by the CallSid when there is no conversation', () => {
  expect(taskHandoffOf({ attributes: { call_sid: 'CA1', callmesh: { conversation_id: '' } } })?.id).toBe('CA1');
});

test('takes a number in the place of a name for no name', () => {
  expect(taskHandoffOf({ attributes: { name: '+1 (415) 555-0142', call_sid: 'CA1', callmesh: {} } })?.name).toBeUndefined();
});

test.each([undefined, null, {}, { attributes: null }, { attributes: { call_sid: 'CA1' } }, { attributes: { callmesh: {} } }])(
  'takes %j for a task that is not ours',
  (task) => {
    expect(taskHandoffOf(task)).toBeUndefined();
  },
);
