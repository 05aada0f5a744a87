import 'reflect-metadata';
import { describeVerdict, verifyConfiguredAudit } from './audit/verify-configured-audit.js';
import { explain } from './explain.js';

// `npm run audit:verify`: exit code 0 when the chain is whole, 1 when it is broken, 2 when it could not be looked at.
try {
  const verdict = await verifyConfiguredAudit(process.env);
  process.stdout.write(`${describeVerdict(verdict)}\n`);
  process.exitCode = verdict.faults.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`The audit was not verified: ${explain(error)}\n`);
  process.exitCode = 2;
}
