import { fileURLToPath } from 'node:url';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));

/** Generated, built or installed code holds no tests of ours. */
export const neverSearched = ['/node_modules/', '/dist/', '/\\.nx/', '/\\.angular/'];

/**
 * A Jest project for code that runs in Node: native ES modules, sources of the workspace's libraries instead of their
 * built output.
 */
export function serverProject({ name, testMatch, ignore = [], withDatabaseServer = false }) {
  return {
    displayName: name,
    rootDir,
    testEnvironment: 'node',
    // Jest adds `import` or `require` by the kind of the importing module; named here they would reach both.
    testEnvironmentOptions: { customExportConditions: ['@lockstep/source', 'node'] },
    testMatch,
    testPathIgnorePatterns: [...neverSearched, ...ignore],
    modulePathIgnorePatterns: ['/dist/', '/\\.nx/'],
    extensionsToTreatAsEsm: ['.ts'],
    moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tools/jest/tsconfig.server.json' }] },
    ...(withDatabaseServer && {
      globalSetup: '<rootDir>/tools/jest/test-run-set-up.mjs',
      globalTeardown: '<rootDir>/tools/jest/test-run-tear-down.mjs',
    }),
  };
}
