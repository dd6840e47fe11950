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
