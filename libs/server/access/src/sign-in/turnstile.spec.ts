import { expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Turnstile } from './turnstile.js';

it('a turnstile lets two through at a time, in order, and goes on after a failure', async () => {
  const turnstile = new Turnstile(2, 3);
  let inside = 0;
  let most = 0;
  const order: number[] = [];
  const pass = (index: number): Promise<void> =>
    turnstile.pass(async () => {
      order.push(index);
      most = Math.max(most, (inside += 1));
      await pause(5);
      inside -= 1;
      if (index === 1) throw new Error('failed');
    });
  const results = Promise.allSettled([0, 1, 2, 3, 4].map(pass));
  expect(turnstile.isFull).toBe(true);
  expect((await results).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect([most, inside, turnstile.isFull]).toEqual([2, 0, false]);
  expect(order).toEqual([0, 1, 2, 3, 4]);
});
