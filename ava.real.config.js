export default {
  files: ['dist/test/real/**/*.test.js'],
  nodeArguments: ['--enable-source-maps'],
  timeout: '5m',
  // kube-apiserver collects its garbage less often: it then uses a seventh less of the CPU.
  environmentVariables: { GOGC: '400' },
};
