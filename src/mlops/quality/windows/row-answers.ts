/** Questions whose answers are kept with one set of rows. */
const MOST_ANSWERS = 100;

/** Answers about sets of rows that never change, kept as long as the set is. Concurrent questions share one read; null is not kept. */
export class RowAnswers<T> {
  readonly #ofRows = new WeakMap<object, Map<string, Promise<T>>>();

  use(rows: object, question: unknown, read: () => Promise<T>): Promise<T> {
    const answers = this.#ofRows.get(rows) ?? new Map<string, Promise<T>>();
    this.#ofRows.set(rows, answers);
    const key = JSON.stringify(question);
    const found = answers.get(key);
    if (found !== undefined) return found;
    const answer = read();
    answers.set(key, answer);
    for (const oldest of answers.keys()) if (answers.size > MOST_ANSWERS) answers.delete(oldest);
    const drop = () => void answers.delete(key);
    answer.then((value) => value === null && drop(), drop);
    return answer;
  }
}
