import type { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { filesOf } from './deployed-file.js';
import { type FileState, type LookedAt, planRollback, planSwitch } from './switch-plan.js';

const target = {
  keyPath: '/tls/a.key',
  certificatePath: '/tls/a.pem',
  chainPath: null,
  mode: null,
  owner: null,
  group: null,
};
const files = filesOf(target as DeploymentTargetEntity, {
  certificateId: 3,
  number: 2,
  key: 'k',
  leaf: 'l',
  chain: 'c',
});
const looks = (...states: [FileState, FileState]): LookedAt[] =>
  states.flatMap((state, index) => {
    const file = files[index];
    return file ? [{ file, state }] : [];
  });
const told = (moves: { verb: string; from: string; to: string }[]): string[] =>
  moves.map(({ verb, from, to }) => `${verb} ${from} ${to}`.trim());

const staged: FileState = { live: 'other', staged: true, backup: false };
const switched: FileState = { live: 'new', staged: false, backup: true };
const first: FileState = { live: 'missing', staged: true, backup: false };
const made: FileState = { live: 'new', staged: false, backup: false };

describe('the plan of a switch', () => {
  it('keeps both old files before it moves the first', () => {
    expect(told(planSwitch(looks(staged, staged)))).toEqual([
      'keep /tls/a.key /tls/.a.key.lockstep-3-2.old',
      'keep /tls/a.pem /tls/.a.pem.lockstep-3-2.old',
      'move /tls/.a.key.lockstep-3-2.new /tls/a.key',
      'move /tls/.a.pem.lockstep-3-2.new /tls/a.pem',
    ]);
  });

  it('keeps an old file only while the new one waits beside it', () => {
    expect(planSwitch(looks(staged, staged)).map(({ given }) => given)).toEqual([
      '/tls/.a.key.lockstep-3-2.new',
      '/tls/.a.pem.lockstep-3-2.new',
      '/tls/.a.key.lockstep-3-2.new',
      '/tls/.a.pem.lockstep-3-2.new',
    ]);
  });

  it('goes on where a lost worker stopped', () => {
    expect(told(planSwitch(looks(switched, staged)))).toEqual([
      'keep /tls/a.pem /tls/.a.pem.lockstep-3-2.old',
      'move /tls/.a.pem.lockstep-3-2.new /tls/a.pem',
    ]);
    expect(planSwitch(looks(switched, switched))).toEqual([]);
  });

  it('keeps nothing where nothing was', () => {
    expect(told(planSwitch(looks(first, first)))).toEqual([
      'move /tls/.a.key.lockstep-3-2.new /tls/a.key',
      'move /tls/.a.pem.lockstep-3-2.new /tls/a.pem',
    ]);
  });
});

describe('the plan of a rollback', () => {
  it('puts old files back, from the middle of a switch too, and stops a switch that comes late', () => {
    expect(told(planRollback(looks(switched, staged), []))).toEqual([
      'remove /tls/.a.pem.lockstep-3-2.new',
      'move /tls/.a.key.lockstep-3-2.old /tls/a.key',
    ]);
  });

  it('takes away only what was not there before', () => {
    expect(told(planRollback(looks(made, made), ['/tls/a.key', '/tls/a.pem']))).toEqual([
      'remove /tls/a.key',
      'remove /tls/a.pem',
    ]);
    expect(planRollback(looks(made, made), [])).toEqual([]);
  });

  it('only takes staged files away when nothing was switched', () => {
    expect(told(planRollback(looks(staged, first), ['/tls/a.pem']))).toEqual([
      'remove /tls/.a.key.lockstep-3-2.new',
      'remove /tls/.a.pem.lockstep-3-2.new',
    ]);
  });
});
