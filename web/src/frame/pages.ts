export interface PageLink {
  readonly to:
    | '/'
    | '/costs'
    | '/allocation'
    | '/anomalies'
    | '/deliveries'
    | '/statements'
    | '/budgets'
    | '/recommendations'
    | '/forecasts'
    | '/gpus'
    | '/experiments'
    | '/models'
    | '/trade-offs'
    | '/returns'
    | '/optimizations'
    | '/pipelines'
    | '/endpoints'
    | '/monitoring'
    | '/retraining'
    | '/decisions'
    | '/reports'
    | '/notification-routes';
  readonly label: string;
  /** Second key after `g`. */
  readonly key: string;
}

export interface PageGroup {
  readonly label: string;
  readonly pages: readonly PageLink[];
}

/** The left rail: the existing pages, in the groups and words of LOOK. */
export const pageGroups: readonly PageGroup[] = [
  {
    label: 'Summary',
    pages: [
      { to: '/', label: 'Overview', key: 'o' },
      { to: '/decisions', label: 'Decisions', key: 'd' },
      { to: '/reports', label: 'Reports', key: 'p' },
      { to: '/notification-routes', label: 'Notification routes', key: 'h' },
    ],
  },
  {
    label: 'MLOps',
    pages: [
      { to: '/experiments', label: 'Experiments', key: 'e' },
      { to: '/models', label: 'Models', key: 'm' },
      { to: '/trade-offs', label: 'Trade-offs', key: 't' },
      { to: '/returns', label: 'Returns', key: 'u' },
      { to: '/optimizations', label: 'Optimizations', key: 'z' },
      { to: '/pipelines', label: 'Pipelines', key: 'i' },
      { to: '/endpoints', label: 'Endpoints', key: 'n' },
      { to: '/monitoring', label: 'Monitoring', key: 'w' },
      { to: '/retraining', label: 'Retraining', key: 'r' },
    ],
  },
  {
    label: 'FinOps',
    pages: [
      { to: '/costs', label: 'Costs', key: 'c' },
      { to: '/budgets', label: 'Budgets', key: 'b' },
      { to: '/forecasts', label: 'Forecasts', key: 'f' },
      { to: '/anomalies', label: 'Anomalies', key: 'x' },
      { to: '/gpus', label: 'GPUs', key: 'g' },
      { to: '/recommendations', label: 'Recommendations', key: 'v' },
      { to: '/allocation', label: 'Allocation', key: 'a' },
      { to: '/deliveries', label: 'Deliveries', key: 'l' },
      { to: '/statements', label: 'Statements', key: 's' },
    ],
  },
];

export const allPages: readonly PageLink[] = pageGroups.flatMap((group) => group.pages);
