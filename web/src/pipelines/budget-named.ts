/**
 * The budget that a reason names; null when it names none. Steps are stopped by `budget NAME` and refused by
 * `Budget "NAME" …`. A limit of the step or the run itself is no budget that has a page.
 * Example: `budget team-ml` -> `team-ml`; `exit code 3` -> null.
 */
export function budgetNamed(reason: string | null): string | null {
  const found = /^budget ([\w.-]+)$/.exec(reason ?? '') ?? /^Budget "([^"]+)"/.exec(reason ?? '');
  return found?.[1] ?? null;
}
