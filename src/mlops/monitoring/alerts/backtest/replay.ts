import { HOUR_MS } from '../../../../platform/units/durations.ts';
import type { AlertLook } from '../looks/look.ts';
import { replay } from '../replay.ts';
import { FRESH, type Hysteresis } from '../state.ts';
import type { BacktestEpisode } from './schema.ts';

/**
 * The episodes that an alert opens when it takes looks one after the other, by the same steps as a live one. An episode begins and ends with the end
 * of the window that opens and closes it.
 * Example: looks ok, alert, alert, ok, ok of a day each with `close` 2 -> one episode of three days.
 */
export function replayLooks(looks: readonly AlertLook[], rule: Hysteresis): BacktestEpisode[] {
  const { episodes } = replay(
    looks.map((look) => ({ look, rule })),
    FRESH,
  );
  return episodes.flatMap(({ opened, closed, gravest }) => {
    if (opened === null) return [];
    const { window, columns, reason } = opened.look;
    const openedAt = window.end;
    const until = closed?.look.window.end ?? looks.at(-1)?.window.end ?? openedAt;
    const closedAt = closed?.look.window.end ?? null;
    return [
      {
        openedAt,
        closedAt,
        hours: countHoursBetween(openedAt, until),
        state: gravest,
        window,
        columns: [...columns],
        reason,
      },
    ];
  });
}

function countHoursBetween(start: string, end: string): number {
  return (Date.parse(end) - Date.parse(start)) / HOUR_MS;
}
