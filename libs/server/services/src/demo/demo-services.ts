import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DemoAnswers } from '@lockstep/server-connections';
import { teachSystemd } from './systemd/demo-systemd.js';
import { SimulatedVos } from './vos/simulated-vos.js';
import { playVosConsole } from './vos/vos-play.js';

/** Teaches the hosts of `--demo` what their services are and how they are restarted. Nothing is executed. */
@Injectable()
export class DemoServices implements OnModuleInit {
  constructor(private readonly answers: DemoAnswers) {}

  onModuleInit(): void {
    teachSystemd(this.answers);
    const consoles = new Map<string, SimulatedVos>();
    this.answers.teachShell('cisco_vos', (channel, plan) => {
      const simulated = consoles.get(plan.key) ?? new SimulatedVos(plan.pace.line);
      consoles.set(plan.key, simulated);
      return playVosConsole(channel, simulated);
    });
  }
}
