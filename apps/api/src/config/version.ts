import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The product's version, from the workspace's package.json. */
export const { version } = require('../../../../package.json') as { version: string };
