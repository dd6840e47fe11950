import { AppError } from '../../platform/errors/index.ts';
import type { Identity } from '../../platform/http/index.ts';

/** Error for an entity of a team in which the account may not write. */
export function refuseOtherTeam({ name }: Identity, team: string, what: string): AppError {
  const detail = `${what} belongs to team "${team}", and account ${name} is not a contributor of that team. An administrator can add the account: steelyard team add ${team} ${name} --role contributor`;
  return new AppError('not_permitted', detail, { team, account: name });
}

/** Error for an entity outside the step's run. */
export function refuseStep(what: string): AppError {
  const detail = `The token of a step can write to the step's run and its nested runs, not to ${what}. Pass a token of an account to the step as a secret.`;
  return new AppError('not_permitted', detail);
}
