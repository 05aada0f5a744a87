import { readFileSync, readdirSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { type DemoAnswer, type DemoAnswers, demoWeb } from '@lockstep/server-connections';
import { listeningScript, searchScript } from '../scan/host-search-scripts.js';

/** Teaches demo hosts to tell which ports listen and where certificates lie. */
export function answerSearch(answers: DemoAnswers): void {
  answers.teach(listeningScript, listening);
  answers.teach(searchScript, search);
}

/** As the kernel has it: on all addresses of the host, of which it has one. */
const listening: DemoAnswer = async ({ web, say }) => {
  if (web) await say(`00000000:${web.port.toString(16).toUpperCase().padStart(4, '0')}`);
  return 0;
};

/** Of private keys nothing leaves the host. */
const search: DemoAnswer = async ({ input, folder, say }) => {
  const [what, ...named] = input.split('\n').filter((line) => line !== '');
  const usual = what === 'usual' ? [posix.dirname(demoWeb.certificatePath)] : [];
  for (const path of [...usual, ...named].flatMap((one) => filesAt(one, (path) => folder.at(path)))) {
    const isThere = statSync(folder.at(path), { throwIfNoEntry: false })?.isFile() === true;
    await say(isThere ? `lockstep:file=${path}\n${certificatesIn(folder.at(path))}` : `lockstep:missing=${path}`);
  }
  return 0;
};

/** A folder stands for its files. */
function filesAt(path: string, at: (path: string) => string): string[] {
  if (statSync(at(path), { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return readdirSync(at(path))
    .filter((name) => name.endsWith('.pem'))
    .map((name) => posix.join(path, name));
}

const certificatesIn = (place: string): string =>
  (readFileSync(place, 'utf8').match(/^-----BEGIN CERTIFICATE-----$[^-]+^-----END CERTIFICATE-----$/gm) ?? []).join(
    '\n',
  );
