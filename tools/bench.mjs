/**
 * `npm run bench`: builds, then measures the built server and prints a Markdown table. `npm run bench -- live --rounds=3`
 * takes a part. What each line says is in `bench/README.md`.
 */
import { installPackages, packagesAreInstalled } from './packages.mjs';
import { runNode, runTarget } from './workspace.mjs';

if (!packagesAreInstalled({ tools: true })) await installPackages({ tools: true });
// The console is only weighed; without it the table says so, and the other lines stand.
const consoleBuild = await runTarget('build', { projects: ['console'], quiet: true });
if (consoleBuild.code !== 0) process.stderr.write('The console does not build; its line is left out.\n');
const { code, output } = await runTarget('build', { projects: ['api', 'bench'], quiet: true });
if (code !== 0) process.stderr.write(output);
process.exitCode = code === 0 ? (await runNode(['bench/dist/main.js', ...process.argv.slice(2)])).code : code;
