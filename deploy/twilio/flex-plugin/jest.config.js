// `flex-plugin test` of flex-plugin-scripts 7.1.2 hands its own option --run-script on to Jest, which
// refuses it; so Jest is run itself, with Twilio's configuration.
const twilio = require('@twilio/flex-plugin-scripts/dist/config/jest.config').default;

module.exports = (config = twilio()) => ({
  ...config,
  testEnvironment: 'jsdom',
  testTimeout: 30_000,
  // Jest 27 takes no ES modules from node_modules
  moduleNameMapper: { '^@twilio-paste/icons/esm/(.*)$': '@twilio-paste/icons/cjs/$1' },
  testMatch: ['<rootDir>/src/**/*.test.{ts,tsx}'],
});
