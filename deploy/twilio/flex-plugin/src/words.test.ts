import { clock, duration, fromName, phoneNumber, reasonInWords } from './words';

test.each([
  ['customer_id', 'Customer ID'],
  ['customerId', 'Customer ID'],
  ['date-of-birth', 'Date of birth'],
  ['orderNumber', 'Order number'],
  ['IBAN', 'IBAN'],
  ['iban', 'IBAN'],
  ['Preferred Store', 'Preferred Store'],
  ['x', 'X'],
  ['', ''],
])('reads the name %j as %j', (name, words) => {
  expect(fromName(name)).toBe(words);
});

test('has words for known reasons, and reads the others', () => {
  expect(reasonInWords('needs_human')).toBe('Asked for a person');
  expect(reasonInWords('card_dispute')).toBe('Card dispute');
  expect(reasonInWords('Wants to talk about Maria')).toBe('Wants to talk about Maria');
});

test('shows a duration as a clock does', () => {
  expect([-5, 999, 7000, 61_000, 3_723_000].map(clock)).toEqual(['0:00', '0:00', '0:07', '1:01', '1:02:03']);
});

test('says a duration in words', () => {
  expect([0, 1000, 62_000, 7_200_000].map(duration)).toEqual(['0 seconds', '1 second', '1 minute 2 seconds', '2 hours']);
});

test('groups numbers of the plan it knows', () => {
  expect(phoneNumber('+14155550142')).toBe('+1 415 555 0142');
  expect(phoneNumber('+442079460000')).toBe('+442079460000');
  expect(phoneNumber('sip:alice@example.com')).toBe('sip:alice@example.com');
});
