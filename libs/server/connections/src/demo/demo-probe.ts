import type { DemoAnswer } from './demo-answers.js';
import { demoUser } from './demo-plans.js';

/** The probe of `ssh_test`. */
export const answerProbe: DemoAnswer = async ({ plan, say }) => {
  const facts = {
    user: demoUser,
    kernel: 'Linux 6.1.0-demo',
    architecture: 'x86_64',
    hostName: plan.hostName,
    os: 'Lockstep demo host (simulated)',
    osId: 'lockstep-demo',
    osVersion: '1',
    uptimeSeconds: String(Math.floor(process.uptime())),
    systemd: '252',
    sudo: plan.sudo ? 'without_password' : 'not_allowed',
    done: 'yes',
  };
  for (const [key, value] of Object.entries(facts)) await say(`lockstep:${key}=${value}`);
  return 0;
};
