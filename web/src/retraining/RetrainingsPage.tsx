import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { LatestRounds } from './LatestRounds.tsx';
import { NoRetrainings } from './NoRetrainings.tsx';
import { RetrainingsTable } from './RetrainingsTable.tsx';
import { useRetrainings } from './use-retrainings.ts';
import { retrainingsAnswer } from './words.ts';

const TABLE_HEIGHT = 240;
/** Retrainings whose rounds are on the page. */
const MOST_SHOWN = 3;

/** All retrainings: model, triggers, and expected gain against cost. */
export function RetrainingsPage() {
  const retrainings = useRetrainings();
  const latest = (retrainings.data?.retrainings ?? []).slice(0, MOST_SHOWN);
  const answer = () => {
    if (retrainings.data !== undefined) return retrainingsAnswer(retrainings.data.retrainings);
    return retrainings.isError ? describeReadError(retrainings.error, 'The retrainings') : <AnswerPending />;
  };
  return (
    <Page title="Retraining" answer={answer()} shortAnswer>
      <div className={layout.stack}>
        <Card title="Retrained models" flush>
          <Loaded query={retrainings} what="The retrainings" height={TABLE_HEIGHT}>
            {(data) =>
              data.retrainings.length > 0 ? <RetrainingsTable retrainings={data.retrainings} /> : <NoRetrainings />
            }
          </Loaded>
        </Card>
        {latest.map(({ name }) => (
          <LatestRounds key={name} retraining={name} />
        ))}
      </div>
    </Page>
  );
}
