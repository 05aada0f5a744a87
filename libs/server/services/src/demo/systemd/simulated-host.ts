import { type DemoPlan, demoWeb } from '@lockstep/server-connections';
import { SimulatedUnit, type UnitPlan } from './simulated-unit.js';

const application = 'demo-app.service';

const units: readonly UnitPlan[] = [
  { name: 'cron.service', description: 'Regular background program processing daemon (simulated)' },
  { name: application, description: 'Demo application (simulated)' },
  { name: 'nginx.service', description: 'A high performance web server and a reverse proxy server (simulated)' },
  { name: 'postgresql.service', description: 'PostgreSQL RDBMS (simulated)', requiredBy: [application] },
  { name: 'rsyslog.service', description: 'System Logging Service (simulated)' },
  { name: 'ssh.service', description: 'OpenBSD Secure Shell server (simulated)' },
];

const web: UnitPlan = { name: demoWeb.unit, description: 'Demo web server (simulated), whose TLS port is real' };

/** The services of one demo host, which change when they are restarted, as long as this process runs. */
export class SimulatedHost {
  readonly units: ReadonlyMap<string, SimulatedUnit>;
  /** Milliseconds that a restart takes. */
  readonly restartMs: number;

  constructor(readonly plan: DemoPlan) {
    const fails = plan.fault === 'service_fails';
    this.units = new Map(
      [...units, ...(plan.web === null ? [] : [web])].map((unit) => [
        unit.name,
        new SimulatedUnit({ ...unit, fails: fails && unit.name === application }),
      ]),
    );
    this.restartMs = Math.max(600, plan.pace.line * 8);
  }
}
