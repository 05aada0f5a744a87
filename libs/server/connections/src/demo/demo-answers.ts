import { Injectable } from '@nestjs/common';
import type { Platform } from '@lockstep/contract';
import { rightsScript } from '@lockstep/server-ssh';
import type { ServerChannel } from 'ssh2';
import { probeMark } from '../operations/probe-script.js';
import type { DemoFolder } from './demo-folder.js';
import type { DemoPlan } from './demo-plans.js';
import { answerProbe } from './demo-probe.js';
import { answerRights } from './demo-rights.js';
import type { DemoWeb } from './demo-web.js';

/** What a demo host consists of. */
export interface DemoMachine {
  readonly plan: DemoPlan;
  readonly folder: DemoFolder;
  /** Its web server with the port; null: it has none. */
  readonly web: { readonly server: DemoWeb; readonly port: number } | null;
}

/** A script of Lockstep's own that a demo host was sent. */
export interface DemoCall extends DemoMachine {
  /** What follows the script on standard input: what the script would read. */
  readonly input: string;
  /** Aborted when the channel is closed. */
  readonly signal: AbortSignal;
  /** Says a line, at the host's pace. */
  readonly say: (line: string, stream?: 'stdout' | 'stderr') => Promise<void>;
}

/** Answers as a real host would, with its real files and otherwise simulated facts; resolves with the exit status. Executes nothing. */
export type DemoAnswer = (call: DemoCall) => Promise<number>;

/** Plays an interactive shell until its channel is closed. */
export type DemoShell = (channel: ServerChannel, plan: DemoPlan) => Promise<void>;

/**
 * What demo hosts know how to answer. Each feature teaches them its own scripts, by the mark in a script's first line: so a
 * script and its simulation lie beside each other.
 */
@Injectable()
export class DemoAnswers {
  private readonly scripts = new Map<string, DemoAnswer>([
    [probeMark, answerProbe],
    [markOf(rightsScript), answerRights],
  ]);
  private readonly shells = new Map<Platform, DemoShell>();

  /** `script` is the whole text; only its mark is kept. */
  teach(script: string, answer: DemoAnswer): void {
    this.scripts.set(markOf(script), answer);
  }

  teachShell(platform: Platform, shell: DemoShell): void {
    this.shells.set(platform, shell);
  }

  answerOf(script: string): DemoAnswer | undefined {
    return this.scripts.get(markOf(script));
  }

  shellOf(platform: Platform): DemoShell | undefined {
    return this.shells.get(platform);
  }
}

const markOf = (script: string): string => script.split('\n', 1)[0] ?? '';
