/**
 * The console's words in one file, ready for a translator: extracted by Angular, then freed of what changes without a word
 * changing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTarget, workspace } from './workspace.mjs';

/** Where `extract-i18n` of `apps/console/project.json` writes. */
const messages = join(workspace, 'apps/console/src/locale/messages.xlf');

/** Extracts all marked strings anew. Resolves with the exit code; what went wrong is printed. */
export async function extractMessages() {
  const { code, output } = await runTarget('extract-i18n', { projects: ['console'], quiet: true });
  if (code === 0) writeFileSync(messages, tidied(readFileSync(messages, 'utf8')));
  else process.stderr.write(output);
  return code;
}

/** Files without lines, and units by id: code that moves changes nothing here, and two people's new words seldom meet. */
function tidied(text) {
  const [head, ...units] = text
    .replaceAll(/(<note category="location">[^<]*?):[\d,]+(?=<\/note>)/g, '$1')
    .replaceAll(/(\n *<note category="location">[^<]*<\/note>)\1+/g, '$1')
    .split(/(?=\n {4}<unit )/);
  const end = '\n  </file>\n</xliff>\n';
  return (
    head +
    units
      .map((unit) => unit.replace(end, ''))
      .sort()
      .join('') +
    end
  );
}
