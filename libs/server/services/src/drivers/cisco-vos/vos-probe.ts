import {
  type TestContribution,
  type TestContributor,
  TestContributorFor,
  type TestedHost,
} from '@lockstep/server-connections';
import { VosConsole } from './vos-console.js';

/** Milliseconds that the command line interface may take to come up, and to tell its version. */
const promptMs = 60_000;
const versionMs = 30_000;

/** The probe of `ssh_test` on Cisco VOS: really reaches the prompt, and asks there for the version. */
@TestContributorFor('cisco_vos')
export class VosProbe implements TestContributor {
  readonly platform = 'cisco_vos';
  readonly decides = true;

  async lookAround(host: TestedHost): Promise<TestContribution> {
    const { session, signal } = host;
    const begun = performance.now();
    const console = await VosConsole.open(session, { deadlineMs: host.deadline(promptMs), signal });
    try {
      const vosPromptMs = Math.round(performance.now() - begun);
      const { lines } = await console.run({
        text: 'show version active',
        deadlineMs: host.deadline(versionMs),
        signal,
      });
      const vosVersion = readVersion(lines);
      return {
        facts: { vosVersion, vosPromptMs },
        summary: vosVersion === null ? 'Cisco VOS, which told no version' : `Cisco VOS ${vosVersion}`,
      };
    } finally {
      console.close();
    }
  }
}

const readVersion = (lines: readonly string[]): string | null =>
  lines.map((line) => /^Active Master Version:\s*(\S.*)$/.exec(line)?.[1]?.slice(0, 100)).find(Boolean) ?? null;
