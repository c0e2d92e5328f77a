import { Reservations } from './reservation';

const DATE = new Date(500);

test.each([undefined, null, {}, { status: 'accepted' }, { sid: 'WR1' }, { sid: 'WR1', status: 'pending' }, { sid: 'WR1', status: 'canceled' }])(
  'knows no conversation of %j',
  (task) => {
    expect(new Reservations().talkOf(task, 1000)).toBeUndefined();
  },
);

test('counts from when it saw that the call was taken, whatever is updated later', () => {
  const reservations = new Reservations();
  reservations.talkOf({ sid: 'WR1', status: 'pending', dateUpdated: DATE }, 1000);
  const talking = { status: 'talking', from: 2000 };
  expect(reservations.talkOf({ sid: 'WR1', status: 'accepted', dateUpdated: DATE }, 2000)).toEqual(talking);
  expect(reservations.talkOf({ sid: 'WR1', status: 'accepted', dateUpdated: new Date(2500) }, 3000)).toEqual(talking);
});

test.each([
  [DATE, 500],
  ['1970-01-01T00:00:00.700Z', 700],
  [new Date(9000), 1000],
  [undefined, 1000],
])('goes by %j when it comes to a call that was taken before', (dateUpdated, from) => {
  expect(new Reservations().talkOf({ sid: 'WR1', status: 'accepted', dateUpdated }, 1000)).toEqual({ status: 'talking', from });
});

test('ends with the wrap-up, and not once more when that is completed', () => {
  const reservations = new Reservations();
  reservations.talkOf({ sid: 'WR1', status: 'accepted', dateUpdated: DATE }, 1000);
  const ended = { status: 'ended', from: 500, to: 2000 };
  expect(reservations.talkOf({ sid: 'WR1', status: 'wrapping' }, 2000)).toEqual(ended);
  expect(reservations.talkOf({ sid: 'WR1', status: 'completed' }, 3000)).toEqual(ended);
});

test('tells the tasks of a worker apart, and forgets the oldest', () => {
  const reservations = new Reservations();
  for (let index = 0; index <= 100; index += 1) {
    reservations.talkOf({ sid: `WR${index}`, status: 'accepted' }, index);
  }
  expect(reservations.talkOf({ sid: 'WR100', status: 'accepted' }, 999)).toEqual({ status: 'talking', from: 100 });
  expect(reservations.talkOf({ sid: 'WR0', status: 'accepted' }, 999)).toEqual({ status: 'talking', from: 999 });
});
