/** A function `xOf`: a declaration, or a constant that is an arrow function (STYLE L3: verb and noun). */
const DECLARED =
  /^(\s*)(export )?(?:async )?(?:function\*? (\w+Of)\b|const (\w+Of) = (?:async )?(?:\([^\n]*\)?[^\n]*=>|\w+ =>|\(\n))/gm;

export interface Name {
  readonly name: string;
  readonly isExported: boolean;
}

export function findNames(source: string): Name[] {
  return [...source.matchAll(DECLARED)].map((found) => ({
    name: found[3] ?? found[4] ?? '',
    isExported: found[2] !== undefined,
  }));
}

/** Names of values and functions without a noun (reviews/code.md section 3). */
const VAGUE = /\b(?:const|let|function) (shown|told|said|held|gathered|weighing|begun|look|here|there)\b/g;

export function findVagueNames(source: string): string[] {
  return [...source.matchAll(VAGUE)].map(([, name = '']) => name);
}
