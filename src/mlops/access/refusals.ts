import { AppError } from '../../platform/errors/index.ts';
import type { Identity } from '../../platform/http/index.ts';

/** Error for an entity of a team in which the account may not write. */
export function refuseOtherTeam({ name }: Identity, team: string, what: string): AppError {
  const detail = `${what} belongs to team "${team}", and ${name} is no contributor of it. An administrator adds one: steelyard team add ${team} ${name} --role contributor`;
  return new AppError('not_permitted', detail, { team, account: name });
}

/** Error for an entity outside the step's run. */
export function refuseStep(what: string): AppError {
  const detail = `The token of a step writes to the step's own run and the runs under it, not to ${what}. Give the step a token of an account as a secret.`;
  return new AppError('not_permitted', detail);
}
