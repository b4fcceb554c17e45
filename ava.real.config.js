export default {
  files: ['dist/test/real/**/*.test.js'],
  nodeArguments: ['--enable-source-maps'],
  timeout: '5m',
};
