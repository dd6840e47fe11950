/** One line of the palette: what it is, and what choosing it does. */
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
  readonly run: () => void;
}
