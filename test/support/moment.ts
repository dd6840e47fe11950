import { setTimeout as pause } from 'node:timers/promises';
import { draws, isDeep } from '../../src/testing/deep.ts';

/** Moment of a server's kill: milliseconds after the start of the work, or its end. */
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

/** Resolves at this moment of the work, with true if it is still running; its outcome is checked by its own test. */
export async function atMoment(moment: Moment, work: Promise<unknown>): Promise<boolean> {
  const ended = work.then(
    () => false,
    () => false,
  );
  return moment === 'ended' ? ended : Promise.race([ended, pause(moment, true)]);
}

/** Kills of the deep run that must hit while the work is running. */
const LEAST_HITS = 10;
const MOST_REPEATS = 8;

/**
 * Kills of one kind of work. Counts those that hit while it is running: a kill after its end proves little. The deep
 * run repeats the times, halved each time, until ten kills hit, prints the count, and fails when it stays below ten.
 */
export class KillCampaign {
  readonly #work: string;
  readonly #moments: readonly Moment[];
  readonly #most: 1 | 3;
  #kills = 0;
  #hits = 0;

  constructor(work: string, moments: readonly Moment[], most: 1 | 3 = 3) {
    this.#work = work;
    this.#moments = moments;
    this.#most = most;
  }

  /** When to kill next, with the number of the round from 0. */
  *rounds(): Generator<readonly [round: number, moment: Moment]> {
    let round = 0;
    for (const moment of someOf(this.#moments, this.#most)) yield [round++, moment];
    if (!isDeep) return;
    const times = this.#moments.filter((moment) => moment !== 'ended');
    for (let repeat = 1; repeat <= MOST_REPEATS; repeat += 1) {
      for (const time of times) if (this.#hits < LEAST_HITS) yield [round++, time / 2 ** repeat];
    }
    const counted = `${this.#work}: ${this.#hits} of ${this.#kills} kills came while it was under way`;
    if (this.#hits < LEAST_HITS) throw new Error(`${counted}; at least ${LEAST_HITS} must`);
    console.info(counted);
  }

  count(isHit: boolean): void {
    this.#kills += 1;
    if (isHit) this.#hits += 1;
  }

  /** Kills at this moment of the work, and counts it. */
  async killAt(moment: Moment, work: Promise<unknown>, kill: () => Promise<void>): Promise<void> {
    this.count(await atMoment(moment, work));
    await kill();
    await work.catch(() => undefined);
  }
}
