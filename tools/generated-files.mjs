import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from './workspace.mjs';

/** What `npm run generate` writes. */
const generatedPaths = [
  'libs/contract/openapi.json',
  'libs/contract/asyncapi.json',
  'libs/console/api/src/generated',
  'apps/console/src/locale',
];

/** The generated files of the work tree with a hash of each. */
export function generatedFiles() {
  return new Map(generatedPaths.flatMap(filesBelow).map((path) => [path, hash(path)]));
}

/** Paths that were added, removed or changed between two answers of `generatedFiles`. */
export function driftBetween(before, after) {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

function filesBelow(path) {
  const full = join(workspace, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full).flatMap((name) => filesBelow(join(path, name)));
}

function hash(path) {
  return createHash('sha256')
    .update(readFileSync(join(workspace, path)))
    .digest('hex');
}
