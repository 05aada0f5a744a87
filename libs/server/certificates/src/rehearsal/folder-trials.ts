import type { ReadinessFinding } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import { type LoginRights, type Room, SshError } from '@lockstep/server-ssh';
import type { FilePlace } from '../deployment/deployed-file.js';
import { folderScript } from '../deployment/host-scripts.js';
import type { HostLink } from '../deployment/host-link.js';
import { type Trial, blocking, warning, well } from './finding.js';

/** What a file takes at most, on the disk: a key, or a chain of a few certificates. */
const fileBytes = 16_384;
/** The old one, the one that is staged and one beside them. */
const versions = 3;

/** Whether each folder takes what a renewal puts there. Nothing is written: the host itself is asked for the rights. */
export async function tryFolders(
  link: HostLink,
  places: readonly FilePlace[],
  rights: LoginRights,
): Promise<ReadinessFinding[]> {
  const folders = [...new Set(places.map(({ folder }) => folder))];
  const told = await askForFolders(link, folders);
  const findings = folders.map(async (folder, index) => {
    const trial: Trial = { topic: 'folder', tried: `Write into ${folder} as ${rights.user}` };
    const [mayDo = '', owner = '', mode = ''] = (told[index] ?? '').split(' ');
    if (mayDo === 'missing' || mayDo === 'no_folder') return [notThere(trial, folder, mayDo)];
    const room = await roomOf(link, folder);
    const finding =
      room?.readOnly === true ? readOnly(trial, folder) : judgeFolder(trial, folder, { mayDo, owner, mode });
    const files = places.filter((place) => place.folder === folder).length;
    return finding.state === 'ok' ? [finding, judgeRoom(room, folder, files)] : [finding];
  });
  return (await Promise.all(findings)).flat();
}

/** One word or the rights for each folder, in their order. */
async function askForFolders(link: HostLink, folders: readonly string[]): Promise<string[]> {
  const input = folders.map((folder) => `${folder}\n`).join('');
  const { code, stdout, stderr } = await link.session.runScript({ ...link.limit, script: folderScript, input });
  if (code !== 0)
    throw new OperationFailure('COMMAND_FAILED', 'The host did not run a simple shell script.', { hostWords: stderr });
  return [...stdout.matchAll(/^lockstep:folder=(.*)$/gm)].map(([, words = '']) => words);
}

const notThere = (trial: Trial, folder: string, word: 'missing' | 'no_folder'): ReadinessFinding =>
  word === 'no_folder'
    ? blocking(trial, { found: `${folder} is no folder.`, advice: 'Correct the path in the certificate.' })
    : blocking(trial, {
        found: `There is no folder ${folder} on the host, or this login may not see it.`,
        advice: 'Make the folder and let this login write there, or correct the path in the certificate.',
      });

const readOnly = (trial: Trial, folder: string): ReadinessFinding =>
  blocking(trial, {
    found: `The file system of ${folder} is read-only.`,
    advice: 'Mount it for writing, or name a folder elsewhere.',
  });

function judgeFolder(
  trial: Trial,
  folder: string,
  { mayDo, owner, mode }: { mayDo: string; owner: string; mode: string },
): ReadinessFinding {
  if (mayDo === 'rwx') return well(trial, `This login may read and write it (${owner}, mode ${mode}).`);
  const missing = [...'rwx'].filter((letter) => !mayDo.includes(letter)).map((letter) => rightNames[letter] ?? letter);
  return blocking(trial, {
    found: `This login may not ${missing.join(', ')} there: ${folder} belongs to ${owner} and has the mode ${mode}.`,
    advice: 'Files are put there by this login itself: give it the folder, or a group that may write there.',
  });
}

const rightNames: Readonly<Record<string, string>> = { r: 'read', w: 'write', x: 'enter' };

/** Null: the host does not tell. */
async function roomOf(link: HostLink, folder: string): Promise<Room | null> {
  try {
    return await link.sftp.room(folder, link.limit);
  } catch (error) {
    if (error instanceof SshError && error.code === 'SFTP_UNAVAILABLE') return null;
    throw error;
  }
}

function judgeRoom(room: Room | null, folder: string, files: number): ReadinessFinding {
  const trial: Trial = { topic: 'space', tried: `Room for ${String(versions)} versions in ${folder}` };
  const advice = 'Make room on that file system.';
  if (room === null) return warning(trial, { found: 'The host does not tell how much is free.', advice });
  const found = `${inKilobytes(room.free)} are free; a version takes up to ${inKilobytes(files * fileBytes)}.`;
  if (room.free < files * fileBytes) return blocking(trial, { found, advice });
  return room.free < versions * files * fileBytes ? warning(trial, { found, advice }) : well(trial, found);
}

const inKilobytes = (bytes: number): string => `${String(Math.floor(bytes / 1_024))} KiB`;
