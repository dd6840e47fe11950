import type { Look } from '../looks/look.ts';
import { FRESH, type Hysteresis, type StandingCounts, step } from '../state.ts';
import type { BacktestEpisode } from './schema.ts';

const HOUR_MS = 3_600_000;

/**
 * The episodes that an alert opens when it takes looks one after the other, by the same steps as a live one. An episode begins and ends with the end
 * of the window that opens and closes it.
 * Example: looks ok, alert, alert, ok, ok of a day each with `close` 2 -> one episode of three days.
 */
export function replayLooks(looks: readonly Look[], rule: Hysteresis): BacktestEpisode[] {
  const episodes: BacktestEpisode[] = [];
  let counts: StandingCounts = FRESH;
  for (const look of looks) {
    const { after, happened } = step(counts, look.level, rule);
    counts = after;
    if (happened === 'opened') episodes.push(openEpisode(look, after.state));
    const last = episodes.at(-1);
    if (last === undefined || (!after.open && happened !== 'closed')) continue;
    const closedAt = happened === 'closed' ? look.window.end : null;
    const state = after.state === 'alert' ? 'alert' : last.state;
    episodes[episodes.length - 1] = { ...last, state, closedAt, hours: hoursBetween(last.openedAt, look.window.end) };
  }
  return episodes;
}

function openEpisode({ window, columns, reason }: Look, state: StandingCounts['state']): BacktestEpisode {
  return { openedAt: window.end, closedAt: null, hours: 0, state, window, columns: [...columns], reason };
}

function hoursBetween(start: string, end: string): number {
  return (Date.parse(end) - Date.parse(start)) / HOUR_MS;
}
