import { serverProject } from './tools/jest/server-project.mjs';
import { consoleProject } from './tools/jest/console-project.mjs';

/**
 * One configuration for every Jest test. `npm test` runs the projects one after the other; while working on one library:
 * `npm test -- unit libs/server/ssh`.
 */
export default {
  // Real servers start in hooks, on machines that do other things too. Jest takes this for all projects or for none.
  testTimeout: 30_000,
  projects: [
    serverProject({
      name: 'server-unit',
      testMatch: ['<rootDir>/{libs/contract,libs/server/*,apps/api}/**/*.spec.ts'],
      ignore: ['\\.integration\\.spec\\.ts$'],
    }),
    serverProject({
      name: 'server-integration',
      testMatch: ['<rootDir>/{libs/server/*,apps/api}/**/*.integration.spec.ts'],
      withDatabaseServer: true,
    }),
    serverProject({
      name: 'api-e2e',
      testMatch: ['<rootDir>/apps/api-e2e/**/*.spec.ts'],
      withDatabaseServer: true,
    }),
    consoleProject,
  ],
};
