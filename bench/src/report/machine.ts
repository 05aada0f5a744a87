import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** One sentence about where and when the figures were taken; the load tells whether the machine was quiet. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() || process.arch;
  const memory = (totalmem() / 1_073_741_824).toFixed(0);
  const [load = 0] = loadavg();
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${String(availableParallelism())} cores (${model}), ${memory} GiB, Node ${process.versions.node}, load before the run ${load.toFixed(1)}`;
}
