import type { JournaledTable } from '../../platform/journal/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Uploads } from '../../platform/uploads/index.ts';
import type { Evaluations } from '../evaluations/index.ts';

export interface TestSetDeps {
  readonly store: Store;
  readonly lake: Pick<Lake, 'hold' | 'scratchPath'>;
  readonly clock: Clock;
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
  readonly evaluations: Pick<Evaluations, 'find' | 'relation' | 'record'>;
  readonly uploads: Pick<Uploads, 'receive' | 'facts' | 'keyOf' | 'discard'>;
  /** Uploads, on this machine. */
  readonly objects: Pick<Objects, 'localPath'>;
}
