import { isDeepStrictEqual } from 'node:util';
import type { Exchange } from './exchange.ts';
import { createNormaliser, type Meaning, verdictOf } from './normalise.ts';
import type { Answer, Replay } from './send.ts';

/** Line of docs/mlflow-differences.md for an exchange that the servers answer differently. */
function differenceLine(name: string, theirs: Meaning, ours: Meaning): string {
  const other = verdictOf(theirs) === verdictOf(ours) ? ', another body' : '';
  return `- \`\`${name}\`\`: \`${verdictOf(theirs)}\` → \`${verdictOf(ours)}\`${other}`;
}

/** The exchanges that two servers answered differently, by the line that the document must have for each. */
export function differences(corpus: readonly Exchange[], theirs: Replay, ours: Replay): Map<string, string> {
  const [theirMeaning, ourMeaning] = [createNormaliser(theirs.kept), createNormaliser(ours.kept)];
  const lines = new Map<string, string>();
  for (const { name } of corpus) {
    const [their, our] = [theirMeaning(answerTo(name, theirs)), ourMeaning(answerTo(name, ours))];
    const same = verdictOf(their) === verdictOf(our, their) && isDeepStrictEqual(their.body, our.body);
    if (!same) lines.set(differenceLine(name, their, our), shown(their, our));
  }
  return lines;
}

/** Exchanges that the server refused with a message that lacks the texts of MLflow's own suites. */
export function unsaid(corpus: readonly Exchange[], { answers }: Replay): string[] {
  return corpus
    .filter(({ says }) => says.length > 0)
    .flatMap((exchange) => {
      const message = messageOf(answers.get(exchange.name)?.body);
      return exchange.says
        .filter((text) => !message.includes(text))
        .map((text) => `${exchange.name}: no "${text}" in "${message}"`);
    });
}

function answerTo(name: string, { answers }: Replay): Answer {
  const answer = answers.get(name);
  if (answer === undefined) throw new Error(`"${name}" was not sent`);
  return answer;
}

function messageOf(body: unknown): string {
  const message: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'message') : undefined;
  return typeof message === 'string' ? message : '';
}

function shown(theirs: Meaning, ours: Meaning): string {
  return `theirs: ${JSON.stringify(theirs.body)}\nours:   ${JSON.stringify(ours.body)}`.slice(0, 4000);
}
