/** A reader that went away (`npm start | head`) is no reason to end. */
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

/** Writes a line for the person who waits. */
export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

/** Does one named piece of work and says how long it took; the work may return a word about what it did. */
export async function stage(name, work) {
  const begin = performance.now();
  try {
    const remark = await work();
    say(`  ✓ ${name.padEnd(24)} ${seconds(begin).padStart(7)}${remark ? `  ${remark}` : ''}`);
  } catch (error) {
    say(`  ✗ ${name.padEnd(24)} ${seconds(begin).padStart(7)}`);
    throw error;
  }
}

/** Time since `begin` (of `performance.now()`), for example `0.6 s`. */
export function seconds(begin) {
  return `${((performance.now() - begin) / 1_000).toFixed(1)} s`;
}
