// The place for changes to the build, of which there are none.
module.exports = (config) => config;
