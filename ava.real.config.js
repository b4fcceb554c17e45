export default {
  files: ['dist/test/real/**/*.test.js'],
  nodeArguments: ['--enable-source-maps'],
  // The first run builds the servers.
  timeout: '40m',
};
