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
  readonly run: () => void;
}
