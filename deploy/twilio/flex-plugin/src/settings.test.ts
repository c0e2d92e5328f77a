import { settingsOf } from './settings';

function desk(ui: unknown, own?: unknown) {
  return { user: { token: '' }, serviceConfiguration: { ui_attributes: { callmesh: ui } }, configuration: own };
}

test('prefers the configuration of the account to the build', () => {
  expect(settingsOf(desk({ url: 'https://mesh.example.com/prefix/' }), 'https://built.example.com').url).toBe(
    'https://mesh.example.com/prefix',
  );
  expect(settingsOf(desk(undefined), 'https://built.example.com/').url).toBe('https://built.example.com');
  expect(settingsOf(desk(undefined, { callmesh: { url: 'http://localhost:8080' } }), undefined).url).toBe('http://localhost:8080');
});

test.each(['http://mesh.example.com', 'ftp://x', 'mesh', '', 7])('sends no token to %j', (url) => {
  expect(settingsOf(desk({ url }), undefined).url).toBeUndefined();
});

test('knows its place, what to show large, and the light', () => {
  expect(settingsOf(desk({ placement: 'tab', highlights: ['a', 1] }, { theme: { isLight: false } }), undefined)).toMatchObject({
    placement: 'tab',
    highlights: ['a'],
    light: false,
  });
  expect(settingsOf({ user: { token: '' } }, undefined)).toEqual({
    url: undefined,
    placement: 'panel2',
    highlights: [],
    light: true,
  });
});
