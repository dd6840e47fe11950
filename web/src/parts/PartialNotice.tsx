import type { PartialAnswer } from '../../../src/platform/contract/schema.ts';
import { Notice } from './Notice.tsx';

/** Teams to which an answer with totals is limited; renders nothing for an answer with all data. */
export function PartialNotice({ partial }: { readonly partial: PartialAnswer }) {
  if (partial === undefined) return null;
  const { teams } = partial;
  if (teams.length === 0) return <Notice>Your account is in no team, so that no data is visible to it.</Notice>;
  return <Notice>Only the data of {teams.join(', ')}: your account does not see that of other teams.</Notice>;
}
