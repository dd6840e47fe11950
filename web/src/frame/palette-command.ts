/** One line of the palette: its label and its action. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly kind:
    | 'Page'
    | 'Experiment'
    | 'Run'
    | 'Model'
    | 'Version'
    | 'Decision'
    | 'Pipeline'
    | 'Endpoint'
    | 'Monitor'
    | 'Retraining'
    | 'Budget'
    | 'Service'
    | 'GPU'
    | 'Team'
    | 'Action';
  /** Other words by which it is found. */
  readonly keywords?: string;
  readonly run: () => void;
}

export function createCommand(kind: Command['kind'], label: string, run: () => void, keywords = ''): Command {
  return { id: `${kind} ${label}`, kind, label, run, keywords };
}

/** True if each word of the text is in the label, the kind or the keywords, whatever its case. */
export function isFoundBy(text: string, { label, kind, keywords = '' }: Command): boolean {
  const searched = `${label} ${kind} ${keywords}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.includes(word));
}

/**
 * The version and the model words of a text; null where it names no version.
 *
 * @example parseVersionText('ranker v6') // { version: '6', model: 'ranker' }
 */
export function parseVersionText(text: string): { readonly version: string; readonly model: string } | null {
  const found = /(?:^|\s)(?:v|version )(\d{1,9})(?=\s|$)/i.exec(text);
  if (found?.[1] === undefined) return null;
  const model = text.replace(found[0], ' ').trim().toLowerCase();
  return { version: found[1], model };
}
