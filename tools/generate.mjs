/** `npm run generate`: everything in the repository that is made from the contract. `npm run check` fails when it is old. */
import { runNode, runTarget } from './workspace.mjs';

const built = await runTarget('build', { projects: ['contract'], quiet: true });
if (built.code !== 0) process.stderr.write(built.output);
const generated = built.code === 0 ? await runNode(['tools/openapi/generate.mjs']) : built;
process.exitCode = generated.code;
