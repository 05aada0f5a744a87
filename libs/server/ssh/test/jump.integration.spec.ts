import { startSshd, waitUntil } from '@lockstep/server-testing';
import { judgeHostKey } from '../src/host-key-judgement.js';
import type { SshTarget } from '../src/open-ssh-session.js';
import { failureOf, limit, open, socketsTo, targetOf, useSshd } from './ssh-support.js';

describe('an SSH session', () => {
  const host = useSshd();

  describe('through a jump host', () => {
    it('of any depth, closing all of them with the last', async () => {
      const [first, second] = await Promise.all([
        startSshd({ user: host.sshd.user }),
        startSshd({ user: host.sshd.user }),
      ]);
      const jump = targetOf(second, { name: 'second', jump: targetOf(first, { name: 'first' }) });
      const session = await open(targetOf(host.sshd, { jump }));
      expect((await session.runScript({ ...limit, script: 'echo "$SSH_CONNECTION"' })).stdout).toContain(
        String(host.sshd.port),
      );
      expect([first, second, host.sshd].map(({ port }) => socketsTo(port))).toEqual([1, 0, 0]);
      await session.close();
      await waitUntil('all are closed', async () => (socketsTo(first.port) === 0 ? true : undefined));
      await Promise.all([first.stop(), second.stop()]);
    });

    it('whose key is not approved: nothing is tried beyond it', async () => {
      const connections = await host.sshd.connections();
      const jump = await startSshd({ user: host.sshd.user });
      const unapproved = targetOf(jump, { name: 'gate', verifyHostKey: (offered) => judgeHostKey([], offered) });
      const failure = await failureOf(open(targetOf(host.sshd, { jump: unapproved })));
      await jump.stop();
      expect(failure.code).toBe('JUMP_HOST_FAILED');
      expect(failure.message).toMatch(/^The jump host gate could not be used: The host showed the key SHA256:/);
      expect(await host.sshd.connections()).toBe(connections);
    });

    it('that does not forward', async () => {
      const jump = await startSshd({ user: host.sshd.user, config: ['AllowTcpForwarding no'] });
      const failure = await failureOf(open(targetOf(host.sshd, { jump: targetOf(jump) })));
      expect(socketsTo(jump.port)).toBe(0);
      await jump.stop();
      expect(failure).toMatchObject({ code: 'CHANNEL_REFUSED' });
    });

    it('that leads back to itself is refused', async () => {
      const circle: { -readonly [Key in keyof SshTarget]: SshTarget[Key] } = targetOf(host.sshd);
      circle.jump = targetOf(host.sshd, { jump: circle });
      expect(await failureOf(open(circle))).toMatchObject({ code: 'JUMP_HOST_FAILED' });
    });
  });
});
