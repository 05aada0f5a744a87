/**
 * `npm run check`: format, lint, types, generated files, unused code. All are run, also when an early one fails; the last
 * line is `N passed, N failed`. `npm run check -- lint types` runs only those.
 */
import { close } from './closing-line.mjs';
import { driftBetween, generatedFiles } from './generated-files.mjs';
import { installPackages, packagesAreInstalled } from './packages.mjs';
import { say, stage } from './stages.mjs';
import { runNode, runTarget } from './workspace.mjs';

const checks = {
  format: () =>
    quietly(runNode(['node_modules/prettier/bin/prettier.cjs', '--check', '.', '--log-level=warn'], { quiet: true })),
  lint: () => quietly(runTarget('lint', { quiet: true })),
  types: checkTypes,
  drift: checkDrift,
  unused: () => quietly(runNode(['node_modules/knip/bin/knip.js', '--no-progress'], { quiet: true })),
};

async function quietly(running) {
  const { code, output } = await running;
  if (code !== 0) throw new Error(output.trim());
}

/**
 * Sources, specs and templates, which the builds see only in part. The libraries are checked in one go on either side,
 * because each shares most of its files with the others, and without project references, which want built output.
 */
async function checkTypes() {
  const programs = [
    ['node_modules/typescript/bin/tsc', 'tools/types/tsconfig.server.json'],
    // Some of a benchmark runs in the page that it measures.
    ['node_modules/typescript/bin/tsc', 'tools/types/tsconfig.bench.json'],
    ['node_modules/@angular/compiler-cli/bundles/src/bin/ngc.js', 'tools/types/tsconfig.console.json'],
    ['node_modules/typescript/bin/tsc', 'apps/console-e2e/tsconfig.json'],
  ];
  const failures = [];
  for (const [compiler, project] of programs) {
    const { code, output } = await runNode([compiler, '-p', project, '--noEmit'], { quiet: true });
    if (code !== 0) failures.push(output.trim());
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

async function checkDrift() {
  const before = generatedFiles();
  await quietly(runNode(['tools/generate.mjs'], { quiet: true }));
  const drift = driftBetween(before, generatedFiles());
  if (drift.length === 0) return;
  throw new Error(
    `The contract or the console's words have changed and these were not generated again; now they are, commit them:\n${drift.join('\n')}`,
  );
}

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in checks));
if (unknown.length > 0) {
  say(`There is no check ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`);
  process.exit(2);
}
if (!packagesAreInstalled({ tools: true })) await stage('packages', () => installPackages({ tools: true }));
const chosen = named.length > 0 ? named : Object.keys(checks);
let failed = 0;
for (const name of chosen) {
  await stage(name, checks[name]).catch((error) => {
    failed += 1;
    say(error.message);
  });
}
close({ passed: chosen.length - failed, failed });
