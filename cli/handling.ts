import { type Handling, type HandlingEndpoints, WorkState } from '../src/platform/acknowledgements/schema.ts';
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
    summary: `Assign ${withArticle(thing)} to an account or a team, or set the state of the work`,
    example: `steelyard ${noun} assign ${example} --team recs --comment "before Friday"
steelyard ${noun} assign ${example} --state in_progress
steelyard ${noun} assign ${example} --undo`,
    needs: 'server',
    positionals: { id },
    options: {
      account: { value: 'NAME', describe: 'Account' },
      team: { value: 'NAME', describe: 'Team' },
      off: { describe: 'Remove the assignment' },
      comment: { value: 'TEXT', describe: 'Comment for the assignee' },
      state: {
        value: 'open|accepted|in_progress|done|dismissed',
        schema: WorkState.optional(),
        describe: 'State of the work',
      },
      reason: { value: 'TEXT', describe: 'Reason of the state; required for dismissed' },
      undo: { describe: 'Undo the last change of assignment or work' },
    },
    run: async (context, { id: given, account, team, off, comment, state, reason, undo }) => {
      const owners = [account !== undefined, team !== undefined, off, undo].filter(Boolean).length;
      if (owners > 1 || (owners === 0 && state === undefined)) {
        throw new CommandError(
          'usage',
          `"${noun} assign" needs one of --account, --team, --off and --undo, or --state.`,
        );
      }
      const client = await context.client();
      const params = { [param]: given };
      const handling = undo
        ? await client.call(endpoints.undo, { params, body: {} })
        : await client.call(endpoints.assign, {
            params,
            body: {
              ...toAssignee(account, team, off),
              ...(comment === undefined ? {} : { comment }),
              ...(state === undefined ? {} : { state }),
              ...(reason === undefined ? {} : { reason }),
            },
          });
      await context.answer(handling, () => formatHandling(handling).join('\n'));
      return 0;
    },
  });
  return [acknowledge, assign];
}

function toAssignee(account: string | undefined, team: string | undefined, off: boolean) {
  if (off) return { to: null };
  if (account !== undefined) return { to: { kind: 'account' as const, name: account } };
  return team === undefined ? {} : { to: { kind: 'team' as const, name: team } };
}

/** Lines on the acknowledgement and the assignment. */
export function formatHandling({ acknowledged, assigned, work }: Handling): string[] {
  const note = acknowledged?.note == null ? '' : `: ${acknowledged.note}`;
  return [
    acknowledged === null
      ? 'Not acknowledged.'
      : `Acknowledged by ${acknowledged.by}, ${formatInstant(acknowledged.at)}${note}`,
    assigned === null
      ? 'Not assigned.'
      : `Assigned to the ${assigned.to.kind} ${assigned.to.name} by ${assigned.by}, ${formatInstant(assigned.at)}${assigned.comment === null ? '' : `: ${assigned.comment}`}`,
    ...(work === null
      ? []
      : [`State: ${work.state.replace('_', ' ')}${work.reason === null ? '' : `: ${work.reason}`}`]),
  ];
}

function withArticle(thing: string): string {
  return `${/^[aeiou]/.test(thing) ? 'an' : 'a'} ${thing}`;
}
