import type { Tokens } from '../../finops/tokens/index.ts';
import type { TokenLedger } from '../../mlops/gateway/index.ts';
import type { Org } from '../../org/index.ts';
import type { Store } from '../../platform/store/index.ts';

/** Tokens of answers go to the ledger of tokens, as those of the team that their project has now. */
export function createTokenLedger(store: Store, org: Org, tokens: Pick<Tokens, 'recordServed'>): TokenLedger {
  return {
    async record(used) {
      const records = await Promise.all(
        used.map(async ({ endpoint, environment, project, model, modelVersion, ...counts }) => ({
          ...counts,
          subject: await org.withTeam(store, {
            ...{ endpoint, model, modelVersion, purpose: 'inference' as const },
            ...(environment === null ? {} : { environment }),
            ...(project === null ? {} : { project }),
          }),
        })),
      );
      await tokens.recordServed(records);
    },
  };
}
