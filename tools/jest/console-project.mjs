import { fileURLToPath } from 'node:url';
import angularPresets from 'jest-preset-angular/presets/index.js';
import { neverSearched } from './server-project.mjs';

/**
 * The console's Jest project. CommonJS, because Jest's support for native modules does not reach into jsdom; the preset's
 * own default environment would bring a second jsdom.
 */
export const consoleProject = {
  ...angularPresets.createCjsPreset({
    tsconfig: '<rootDir>/tools/jest/tsconfig.console.json',
    testEnvironment: 'jest-preset-angular/environments/jest-jsdom-env',
  }),
  displayName: 'console',
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  testEnvironmentOptions: { customExportConditions: ['@lockstep/source', 'browser'] },
  testMatch: ['<rootDir>/{libs/console/*,apps/console}/**/*.spec.ts'],
  testPathIgnorePatterns: neverSearched,
  modulePathIgnorePatterns: ['/dist/', '/\\.nx/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFilesAfterEnv: ['<rootDir>/tools/jest/console-set-up.ts'],
};
