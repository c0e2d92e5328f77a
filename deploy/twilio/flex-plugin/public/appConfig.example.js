// For `twilio flex:plugins:start`: copy to appConfig.js, which git ignores.
var appConfig = {
  pluginService: {
    enabled: true,
    url: '/plugins',
  },
  ytica: false,
  logLevel: 'info',
  showSupervisorDesktopView: true,
  callmesh: {
    url: 'https://callmesh.example.com',
  },
};
