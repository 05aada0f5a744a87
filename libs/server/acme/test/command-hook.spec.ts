import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandHook } from '../src/index.js';

describe('a DNS command', () => {
  let folder: string;
  const record = { name: '_acme-challenge.example.test', value: '$(touch /tmp/never); it’s a value' };
  const hook = async (lines: string, deadlineMs?: number): Promise<ReturnType<typeof commandHook>> => {
    const program = join(folder, 'hook');
    await writeFile(program, `#!/bin/sh\n${lines}\n`);
    await chmod(program, 0o755);
    return commandHook({ program, ...(deadlineMs && { deadlineMs }) });
  };
  const { signal } = new AbortController();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-hook-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is told what to do in arguments, without a shell and without our environment', async () => {
    process.env['LOCKSTEP_MASTER_KEY'] = 'a secret';
    const provider = await hook(`{ printf '%s\\n' "$@"; env; } >>"${folder}/said"`);
    await provider.publish(record, signal);
    await provider.remove(record, signal);
    delete process.env['LOCKSTEP_MASTER_KEY'];
    const said = await readFile(join(folder, 'said'), 'utf8');
    expect(said).toContain(`present\n${record.name}\n${record.value}\n`);
    expect(said).toContain(`remove\n${record.name}\n${record.value}\n`);
    expect(said).not.toContain('a secret');
  });

  it.each([
    [
      'its status and its words',
      'echo "no such zone" >&2; exit 3',
      'The DNS command failed with status 3: no such zone',
    ],
    ['that it took too long', 'exec sleep 60', 'The DNS command did not end in time and was stopped.'],
  ])('that fails tells %s', async (_what, lines, message) => {
    const provider = await hook(lines, 1_000);
    await expect(provider.publish(record, signal)).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER', message });
  });

  it('that is not there fails, and an abort ends it with its reason', async () => {
    const missing = commandHook({ program: join(folder, 'missing') });
    await expect(missing.publish(record, signal)).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
    const provider = await hook('exec sleep 60');
    await expect(provider.publish(record, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
  });
});
