import type { DemoAnswer } from './demo-answers.js';
import { demoUser } from './demo-plans.js';
import { demoUserId } from './demo-sftp.js';

/** What sudo says to a login without rights. */
export const passwordRequired = 'sudo: a password is required';

/** Who logs in, where programs are, and what sudo lets this login do, as `sudo -n -ll` prints it. */
export const answerRights: DemoAnswer = async ({ plan, input, say }) => {
  const id = String(demoUserId);
  const names = input.split('\n').filter((line) => line !== '');
  const entry = ['Sudoers entry:', '    RunAsUsers: root', '    Options: !authenticate', '    Commands:', '\tALL'];
  const rights = [`User ${demoUser} may run the following commands on ${plan.hostName}:`, '', ...entry];
  const lines = [
    `lockstep:user=${demoUser}`,
    `lockstep:uid=${id}`,
    `lockstep:groups=${demoUser} systemd-journal`,
    `lockstep:groupIds=${id} 101`,
    ...names.map((name) => `lockstep:program=${name} /usr/bin/${name}`),
    'lockstep:sudo=listed',
    ...(plan.sudo ? rights : [passwordRequired, 'lockstep:sudo=refused']),
  ];
  await say(lines.join('\n'));
  return 0;
};
