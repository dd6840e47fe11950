/** Addresses of the entries of the rail. */
export type EntryAddress =
  | '/'
  | '/decisions'
  | '/costs'
  | '/budgets'
  | '/anomalies'
  | '/recommendations'
  | '/statements'
  | '/deliveries'
  | '/experiments'
  | '/models'
  | '/pipelines'
  | '/trade-offs'
  | '/endpoints'
  | '/monitoring'
  | '/gpus'
  | '/account';

/** A page that is opened from the rail, a tab of an entry, the palette or a shortcut. */
export interface PageLink {
  readonly to:
    | EntryAddress
    | '/allocation'
    | '/forecasts'
    | '/retraining'
    | '/optimizations'
    | '/returns'
    | '/reports'
    | '/notification-routes'
    | '/settings/teams'
    | '/settings/prices'
    | '/settings/policies'
    | '/settings/sources'
    | '/settings/retention'
    | '/settings/backups'
    | '/settings/about';
  readonly label: string;
  /** Second key after `g`; null: none. */
  readonly key: string | null;
  /** Other words by which the palette finds it. */
  readonly keywords?: string;
}

/** An entry of the rail: one page, or several as tabs of which the first opens. */
export interface PageEntry {
  readonly to: EntryAddress;
  readonly label: string;
  readonly tabs: readonly [PageLink, ...PageLink[]];
  /** Starts of the other addresses that belong to this entry. */
  readonly also?: readonly string[];
}

interface PageGroup {
  /** Null: the group has no heading. */
  readonly label: string | null;
  readonly entries: readonly PageEntry[];
}

interface EntryMore {
  readonly keywords?: string;
  readonly also?: readonly string[];
}

function single(to: EntryAddress, label: string, key: string, { keywords = '', also = [] }: EntryMore = {}): PageEntry {
  return { to, label, tabs: [{ to, label, key, keywords }], also };
}

const spend: readonly PageEntry[] = [
  single('/costs', 'Costs', 'c'),
  {
    to: '/budgets',
    label: 'Budgets & forecast',
    tabs: [
      { to: '/budgets', label: 'Budgets', key: 'b' },
      { to: '/forecasts', label: 'Forecasts', key: 'f' },
    ],
  },
  single('/anomalies', 'Anomalies', 'x'),
  single('/recommendations', 'Savings', 'v', { keywords: 'recommendations' }),
  {
    to: '/statements',
    label: 'Chargeback',
    tabs: [
      { to: '/statements', label: 'Statements', key: 's', keywords: 'chargeback showback' },
      { to: '/allocation', label: 'Allocation', key: 'a', keywords: 'chargeback unallocated rules' },
    ],
  },
  single('/deliveries', 'Bills', 'l', { keywords: 'deliveries imports' }),
];

const models: readonly PageEntry[] = [
  single('/experiments', 'Experiments', 'e', { keywords: 'runs', also: ['/runs'] }),
  single('/models', 'Registry', 'm', { keywords: 'models versions', also: ['/lineage'] }),
  {
    to: '/pipelines',
    label: 'Pipelines',
    tabs: [
      { to: '/pipelines', label: 'Pipelines', key: 'i' },
      { to: '/retraining', label: 'Retraining', key: 'r' },
    ],
  },
  {
    to: '/trade-offs',
    label: 'Trade-offs',
    tabs: [
      { to: '/trade-offs', label: 'Trade-offs', key: 't', keywords: 'frontier what-if' },
      { to: '/optimizations', label: 'Optimizations', key: 'z' },
      { to: '/returns', label: 'Returns', key: 'u' },
      { to: '/reports', label: 'Reports', key: 'p' },
    ],
  },
];

const production: readonly PageEntry[] = [
  single('/endpoints', 'Endpoints', 'n'),
  single('/monitoring', 'Monitoring', 'w', { keywords: 'monitors alerts drift quality' }),
  single('/gpus', 'GPUs', 'g'),
];

/** The groups of the rail, from the top. */
export const pageGroups: readonly PageGroup[] = [
  {
    label: null,
    entries: [single('/', 'Overview', 'o', { keywords: 'home' }), single('/decisions', 'Decisions', 'd')],
  },
  { label: 'Spend', entries: spend },
  { label: 'Models', entries: models },
  { label: 'Production', entries: production },
];

/** The entry at the foot of the rail; its sections are its tabs. */
export const settingsEntry: PageEntry = {
  to: '/account',
  label: 'Settings',
  tabs: [
    { to: '/account', label: 'Accounts and tokens', key: 'k', keywords: 'settings account users' },
    { to: '/settings/teams', label: 'Teams and members', key: null, keywords: 'settings projects people' },
    { to: '/notification-routes', label: 'Alert channels', key: 'h', keywords: 'settings notification routes' },
    { to: '/settings/prices', label: 'Prices', key: null, keywords: 'settings price lists' },
    { to: '/settings/policies', label: 'Policies', key: null, keywords: 'settings gate' },
    { to: '/settings/sources', label: 'Sources', key: null, keywords: 'settings bills sync' },
    { to: '/settings/retention', label: 'Retention', key: null, keywords: 'settings deletion' },
    { to: '/settings/backups', label: 'Backups', key: null, keywords: 'settings restore' },
    { to: '/settings/about', label: 'About', key: null, keywords: 'settings version licence' },
  ],
  also: ['/settings'],
};

const allEntries: readonly PageEntry[] = [...pageGroups.flatMap((group) => group.entries), settingsEntry];

export const allPages: readonly PageLink[] = allEntries.flatMap((entry) => entry.tabs);

/** The entry to which an address belongs; undefined: none. `/runs/1` -> Experiments. */
export function findEntry(path: string): PageEntry | undefined {
  const isUnder = (start: string) => path === start || (start !== '/' && path.startsWith(`${start}/`));
  return allEntries.find(({ tabs, also = [] }) => [...tabs.map(({ to }) => to), ...also].some(isUnder));
}
