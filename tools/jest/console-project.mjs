import { fileURLToPath } from 'node:url';
import angularPresets from 'jest-preset-angular/presets/index.js';
import { neverSearched } from './server-project.mjs';

/**
 * The console's Jest project. Our sources as CommonJS, which may require Angular's native modules; those are taken as they
 * are. The preset's own default environment would bring a second jsdom.
 */
export const consoleProject = {
  ...angularPresets.createCjsPreset({
    tsconfig: '<rootDir>/tools/jest/tsconfig.console.json',
    testEnvironment: 'jest-preset-angular/environments/jest-jsdom-env',
  }),
  displayName: 'console',
  transformIgnorePatterns: ['/node_modules/'],
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  testEnvironmentOptions: { customExportConditions: ['@lockstep/source', 'browser'] },
  testMatch: ['<rootDir>/{libs/console/*,apps/console}/**/*.spec.ts'],
  testPathIgnorePatterns: neverSearched,
  modulePathIgnorePatterns: ['/dist/', '/\\.nx/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFilesAfterEnv: ['<rootDir>/tools/jest/console-set-up.ts'],
};
