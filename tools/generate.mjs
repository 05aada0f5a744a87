/**
 * `npm run generate`: everything in the repository that is made from the contract, and the console's words for translators.
 * `npm run check` fails when one of them is old.
 */
import { extractMessages } from './messages.mjs';
import { runNode, runTarget } from './workspace.mjs';

async function generateFromContract() {
  const built = await runTarget('build', { projects: ['contract'], quiet: true });
  if (built.code !== 0) process.stderr.write(built.output);
  const generated = built.code === 0 ? await runNode(['tools/openapi/generate.mjs']) : built;
  return generated.code;
}

process.exitCode = (await generateFromContract()) || (await extractMessages());
