import { noSudoMark, sudoRefusal } from '@lockstep/server-ssh';
import type { ConfigurationTest, LoggedInHost } from '../service-driver.js';
import { configurationTestOf } from './configuration-tests.js';
import { runOn } from './run-on.js';
import { notInstalledMark } from './scripts.js';

/** Runs the service's own test, as root where that goes without a password. Null: none is known. */
export async function runConfigurationTest(host: LoggedInHost, name: string): Promise<ConfigurationTest | null> {
  const words = configurationTestOf(name);
  if (!words) return null;
  const [program, ...parameters] = words;
  const result = await runOn(host, { script: scriptOf(program, parameters), usualMs: 60_000 });
  const command = words.join(' ');
  const said = [result.stdout.trim(), result.stderr.trim()].filter((text) => text !== '').join('\n');
  if (result.stderr.includes(notInstalledMark)) return { command, passed: null, words: `${program} is not installed.` };
  const refusal = sudoRefusal(result.stderr);
  if (refusal !== null) return { command, passed: null, words: refusal };
  return { command, passed: result.code === 0, words: said };
}

/** Every word is one of our own table: nothing that a user typed is part of it. */
const scriptOf = (program: string, parameters: readonly string[]): string => `# lockstep services configuration 1
export LC_ALL=C
PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
program=$(command -v ${program}) || { echo '${notInstalledMark}' >&2; exit 69; }
set -- ${parameters.join(' ')}
[ "$(id -u)" != 0 ] || exec "$program" "$@" </dev/null
command -v sudo >/dev/null 2>&1 || { echo '${noSudoMark}' >&2; exit 77; }
exec sudo -n "$program" "$@" </dev/null`;
