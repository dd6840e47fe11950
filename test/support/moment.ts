import { setTimeout as pause } from 'node:timers/promises';

/** When a server is killed: so many milliseconds after the work has begun, or when it has ended, however long it takes. */
export type Moment = number | 'ended';

/** Resolves at this moment of the work; what the work answers is for its own test to look at. */
export async function atMoment(moment: Moment, work: Promise<unknown>): Promise<void> {
  const ended = work.then(
    () => undefined,
    () => undefined,
  );
  await (moment === 'ended' ? ended : Promise.race([ended, pause(moment)]));
}
