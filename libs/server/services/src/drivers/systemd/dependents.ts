import type { DriverHost } from '../service-driver.js';
import { failed, runOn } from './run-on.js';
import { dependentsScript } from './scripts.js';
import { compareUnits, refuseUnitName } from './unit-name.js';
import { readUnits } from './unit-properties.js';

/** Properties that name the units which systemd stops together with this one (systemd.unit(5): Requires=, BindsTo=, PartOf=). */
const pulls = ['RequiredBy', 'RequisiteOf', 'BoundBy', 'ConsistsOf'];
/** Steps away from the unit that are followed, and units that are told of at most. */
const [depth, most] = [5, 100];

/** The active units that a restart takes along, directly or by another one of them. */
export async function findDependents(host: DriverHost, name: string): Promise<string[]> {
  const seen = new Set([name]);
  const active = new Set<string>();
  let next = [name];
  for (let step = 0; step <= depth && next.length > 0; step += 1) {
    const input = next.map((unit) => `${unit}\n`).join('');
    const result = await runOn(host, { script: dependentsScript, input, usualMs: 20_000 });
    if (result.code !== 0) throw failed(`The host did not tell what depends on ${name}.`, result);
    const units = readUnits(result.stdout);
    // An alias is not its own dependent.
    if (step === 0) for (const unit of units) seen.add(unit.get('Id') ?? '');
    else for (const unit of units) if (unit.get('ActiveState') === 'active') active.add(unit.get('Id') ?? '');
    next = units
      .filter((unit) => step === 0 || active.has(unit.get('Id') ?? ''))
      .flatMap((unit) => pulls.flatMap((property) => (unit.get(property) ?? '').split(' ')))
      .filter((unit) => unit !== '' && refuseUnitName(unit) === null && !seen.has(unit))
      .slice(0, most - seen.size);
    next.forEach((unit) => seen.add(unit));
  }
  return [...active].sort(compareUnits);
}
