import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSshd } from '@lockstep/server-testing';
import { CustomDriver } from '../src/drivers/custom/custom.driver.js';
import { doorOfSshd, openDriverHost } from './driver-host.js';
import { type DriverKit, describeDriver } from './driver-kit.js';
import { traceFile } from './hostile-names.js';

/** A service in files, restarted by small scripts as an administrator would write them. */
async function startKit(): Promise<DriverKit> {
  await rm(traceFile, { force: true });
  const sshd = await startSshd();
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-custom-'));
  await chmod(folder, 0o777);
  await mkdir(join(folder, 'services'));
  await writeFile(join(folder, 'services', 'queue worker'), 'active\t1\tTakes jobs\n');
  await chmod(join(folder, 'services'), 0o777);
  await chmod(join(folder, 'services', 'queue worker'), 0o666);
  const commands = {
    list: `cd ${folder}/services && for f in *; do while IFS='\t' read -r s i d; do printf '%s\\t%s\\t%s\\n' "$f" "$s" "$d"; done < "$f"; done`,
    check: null,
    // Written with care: the name is data, and a name that is no file of the folder is refused.
    restart: `IFS= read -r name; cd ${folder}/services || exit 1
case "$name" in */*) echo "no such service" >&2; exit 4;; esac
[ -f "$name" ] || { echo "no such service" >&2; exit 4; }
echo "stopping $name"; echo x >> ${folder}/restarts; printf 'active\\t%s\\tTakes jobs\\n' "$(wc -l < ${folder}/restarts)-new" > "$name"; echo started`,
    verify: `IFS= read -r name; case "$name" in */*) exit 0;; esac; cut -f 1,2 "${folder}/services/$name" 2>/dev/null || printf 'inactive\\t\\n'`,
  };
  return {
    driver: new CustomDriver(),
    host: await openDriverHost(doorOfSshd(sshd), { settings: { commands } }),
    service: 'queue worker',
    absent: 'mail worker',
    restarts: async () => (await readFile(join(folder, 'restarts'), 'utf8').catch(() => '')).split('\n').length - 1,
    traces: () =>
      access(traceFile).then(
        () => 'a name was executed',
        () => 'none',
      ),
    logged: null,
    stop: async () => {
      await sshd.stop();
      await rm(folder, { recursive: true });
    },
  };
}

describeDriver('custom', startKit);
