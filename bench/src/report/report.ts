/** One line of the table: what Lockstep took, beside a peer or a limit of the same run. */
export interface ReportLine {
  readonly measured: string;
  readonly lockstep: string;
  /** Name and figure of what it is held against. */
  readonly against: string;
  /** The ratio or the difference. */
  readonly comparison: string;
  /** What we want, in words; empty where there is no aim. */
  readonly aim: string;
  /** Undefined where there is no aim, or where nothing could be measured. */
  readonly met?: boolean;
}

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
export const seconds = (valueMs: number): string => `${(valueMs / 1_000).toFixed(2)} s`;
export const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
export const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MiB`;
export const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(0)} kB`;

/** A line held against a peer of the same run: the ratio of the two, which may not exceed `most`. */
export function ratioLine(measured: string, figures: RatioFigures): ReportLine {
  const { lockstep, peer, peerName, show, most } = figures;
  const ratio = lockstep / peer;
  return {
    measured,
    lockstep: show(lockstep),
    against: `${peerName}: ${show(peer)}`,
    comparison: times(ratio),
    aim: most === undefined ? '' : `≤ ${String(most)} ×`,
    ...(most !== undefined && { met: ratio <= most }),
  };
}

interface RatioFigures {
  readonly lockstep: number;
  readonly peer: number;
  readonly peerName: string;
  readonly show: (value: number) => string;
  readonly most?: number;
}

/** A line that says why there is no figure. */
export const notMeasured = (measured: string, why: string): ReportLine => ({
  measured,
  lockstep: 'not measured',
  against: why,
  comparison: '',
  aim: '',
});

/** The Markdown table, its columns padded: it is read in a terminal too, and is what the formatter makes of it. */
export function toMarkdown(lines: readonly ReportLine[]): string {
  const head = ['measured', 'Lockstep', 'against', 'comparison', 'aim', 'met'];
  const rows = lines.map(({ measured, lockstep, against, comparison, aim, met }) => [
    measured,
    lockstep,
    against,
    comparison,
    aim,
    met === undefined ? '' : met ? 'yes' : '**no**',
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const all = [head, widths.map((width) => '-'.repeat(width)), ...rows];
  return all.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`).join('');
}
