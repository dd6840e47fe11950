/** One line of the palette: its label and its action. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly kind:
    | 'Page'
    | 'Experiment'
    | 'Run'
    | 'Model'
    | 'Pipeline'
    | 'Endpoint'
    | 'Monitor'
    | 'Retraining'
    | 'Team'
    | 'Action';
  /** Other words by which it is found. */
  readonly keywords?: string;
  readonly run: () => void;
}
