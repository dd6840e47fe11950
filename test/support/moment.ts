import { setTimeout as pause } from 'node:timers/promises';
import { draws, isDeep } from '../../src/testing-deep.ts';

/** When a server is killed: so many milliseconds after the work has begun, or when it has ended, however long it takes. */
export type Moment = number | 'ended';

/** Kills of a campaign at random moments: all in the deep run, else a tenth and at least two. */
export function kills(whole: number): number {
  return Math.max(2, draws(whole));
}

/** Cases of a campaign, such as moments: all in the deep run, else the first, the middle and the last, or with `most` 1 the middle. */
export function someOf<Case>(whole: readonly Case[], most: 1 | 3 = 3): readonly Case[] {
  if (isDeep || whole.length <= most) return whole;
  if (most === 1) return whole.slice(Math.floor(whole.length / 2)).slice(0, 1);
  return [0, Math.floor(whole.length / 2), whole.length - 1].flatMap((index) => whole.slice(index, index + 1));
}

/** Resolves at this moment of the work; what the work answers is for its own test to look at. */
export async function atMoment(moment: Moment, work: Promise<unknown>): Promise<void> {
  const ended = work.then(
    () => undefined,
    () => undefined,
  );
  await (moment === 'ended' ? ended : Promise.race([ended, pause(moment)]));
}
