// jest runs the TypeScript of test/ and lib/ as it is, through swc: no compile step, no type check (npm test does that apart).
module.exports = {
  testEnvironment: '<rootDir>/test/helpers/environment.cjs',
  roots: ['<rootDir>/test'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', {
      jsc: {
        parser: { syntax: 'typescript', decorators: false },
        target: 'es2022', // `using` is newer, so swc rewrites it
        keepClassNames: true
      },
      module: { type: 'commonjs' },
      sourceMaps: 'inline'
    }]
  },
  moduleNameMapper: {
    '^torch-ts$': '<rootDir>/lib/index',
    '^torch-ts/(.*)$': '<rootDir>/lib/$1'
  },
  globalSetup: '<rootDir>/test/helpers/setup.ts',
  globalTeardown: '<rootDir>/test/helpers/teardown.ts',
  maxWorkers: 2,
  testTimeout: 60_000
}
