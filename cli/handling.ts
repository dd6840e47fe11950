import type { Handling, HandlingEndpoints } from '../src/platform/acknowledgements/schema.ts';
import { command } from './frame/command.ts';
import { CommandError } from './frame/failure.ts';
import { formatInstant } from './output/amounts.ts';

interface HandledThing {
  /** First word of the commands. */
  readonly noun: string;
  /** The thing in a sentence: `anomaly`. */
  readonly thing: string;
  /** Parameter of the endpoints. */
  readonly param: string;
  /** Id of the examples. */
  readonly example: string;
}

/** `<noun> acknowledge` and `<noun> assign`. */
export function buildHandlingCommands(endpoints: HandlingEndpoints, { noun, thing, param, example }: HandledThing) {
  const id = { describe: `Id of the ${thing}` };
  const acknowledge = command({
    path: [noun, 'acknowledge'],
    summary: `Acknowledge ${withArticle(thing)}: no further notice unless it gets worse`,
    example: `steelyard ${noun} acknowledge ${example} --note "Known: the load test of November"
steelyard ${noun} acknowledge ${example} --off`,
    needs: 'server',
    positionals: { id },
    options: {
      note: { value: 'TEXT', describe: 'Reason or plan' },
      off: { describe: 'Remove the acknowledgement' },
    },
    run: async (context, { id: given, note, off }) => {
      const client = await context.client();
      const params = { [param]: given };
      const handling = off
        ? await client.call(endpoints.unacknowledge, { params })
        : await client.call(endpoints.acknowledge, { params, body: note === undefined ? {} : { note } });
      await context.answer(handling, () => formatHandling(handling).join('\n'));
      return 0;
    },
  });
  const assign = command({
    path: [noun, 'assign'],
    summary: `Assign ${withArticle(thing)} to an account or a team`,
    example: `steelyard ${noun} assign ${example} --team recs
steelyard ${noun} assign ${example} --off`,
    needs: 'server',
    positionals: { id },
    options: {
      account: { value: 'NAME', describe: 'Account' },
      team: { value: 'NAME', describe: 'Team' },
      off: { describe: 'Remove the assignment' },
    },
    run: async (context, { id: given, account, team, off }) => {
      if ([account !== undefined, team !== undefined, off].filter(Boolean).length !== 1) {
        throw new CommandError('usage', `"${noun} assign" needs one of --account, --team and --off.`);
      }
      const to = off
        ? null
        : account !== undefined
          ? { kind: 'account' as const, name: account }
          : { kind: 'team' as const, name: team ?? '' };
      const client = await context.client();
      const handling = await client.call(endpoints.assign, { params: { [param]: given }, body: { to } });
      await context.answer(handling, () => formatHandling(handling).join('\n'));
      return 0;
    },
  });
  return [acknowledge, assign];
}

/** Lines on the acknowledgement and the assignment. */
export function formatHandling({ acknowledged, assigned }: Handling): string[] {
  const note = acknowledged?.note == null ? '' : `: ${acknowledged.note}`;
  return [
    acknowledged === null
      ? 'Not acknowledged.'
      : `Acknowledged by ${acknowledged.by}, ${formatInstant(acknowledged.at)}${note}`,
    assigned === null
      ? 'Not assigned.'
      : `Assigned to the ${assigned.to.kind} ${assigned.to.name} by ${assigned.by}, ${formatInstant(assigned.at)}`,
  ];
}

function withArticle(thing: string): string {
  return `${/^[aeiou]/.test(thing) ? 'an' : 'a'} ${thing}`;
}
