import { resolve } from 'node:path';

/** The folder of the whole workspace, seen from this file's place in `apps/api/dist`. */
export const projectDirectory = resolve(import.meta.dirname, '../../../..');
