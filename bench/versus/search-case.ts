import { z } from 'zod';
import { Connection } from '../http-load.ts';
import { METRIC_TIMESTAMP, type RunFacts, runFacts } from './runs.ts';
import { measureCall, post, type Session } from './session.ts';

const Experiment = z.object({ experiment_id: z.string() });
const Created = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const Found = z.object({
  runs: z.array(z.object({ info: z.object({ run_name: z.string() }) })).default([]),
  next_page_token: z.string().optional(),
});
const PAGE = 100;
/** These many go over REST on every side; the rest does where the server takes them within minutes. */
const OVER_REST = 400;
/** A searched metric of a run that has just logged moves into the index of values when the run is quiet. */
const QUIET_MS = 12_000;

const FILTERED = { filter: 'metrics.metric_5 > 0.5', order_by: ['metrics.metric_3 DESC'] };
const BY_METRIC = { order_by: ['metrics.metric_3 DESC'] };
const BY_START = { order_by: ['attributes.start_time DESC'] };

/** search-runs with a metric filter and order, and its first and 200th page, as experiments grow. */
export async function searchCase(session: Session): Promise<void> {
  for (const size of session.sizes.runs) {
    const created = await post(session, 'experiments/create', { name: `search ${size}` });
    const { experiment_id: experimentId } = Experiment.parse(created);
    await seed(session, experimentId, size);
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const runs = `${size.toLocaleString('en-US')} runs`;
    await measureSearch(session, `search, ${runs}, metric filter and order`, experimentId, FILTERED);
    await measureSearch(session, `search, ${runs}, by metric, page 1`, experimentId, BY_METRIC);
    const last = Math.min(200, size / PAGE);
    for (const [order, query] of [
      ['by metric', BY_METRIC],
      ['by start', BY_START],
    ] as const) {
      const token = await tokenOf(session, experimentId, query, last);
      const label = `search, ${runs}, ${order}, page ${last}`;
      await measureSearch(session, label, experimentId, { ...query, page_token: token });
    }
  }
}

async function measureSearch(session: Session, label: string, experimentId: string, query: object): Promise<void> {
  let page: z.infer<typeof Found> = { runs: [] };
  await measureCall(session, label, async () => {
    page = await search(session, experimentId, query);
  });
  session.answered(
    label,
    page.runs.map(({ info }) => info.run_name),
  );
}

async function search(session: Session, experimentId: string, query: object): Promise<z.infer<typeof Found>> {
  const body = { experiment_ids: [experimentId], max_results: PAGE, ...query };
  return Found.parse(await post(session, 'runs/search', body));
}

/**
 * Token of a page, obtained by reading all pages before it. Upstream's token has the offset, because reading these
 * pages would take minutes.
 */
async function tokenOf(session: Session, experimentId: string, query: object, page: number): Promise<string> {
  if (session.insert !== null) {
    return Buffer.from(JSON.stringify({ offset: (page - 1) * PAGE })).toString('base64');
  }
  let token = '';
  for (let at = 1; at < page; at++) {
    const asked = token === '' ? query : { ...query, page_token: token };
    token = (await search(session, experimentId, asked)).next_page_token ?? '';
  }
  return token;
}

async function seed(session: Session, experimentId: string, size: number): Promise<void> {
  const overRest = session.insert === null ? size : Math.min(size, OVER_REST);
  await overConnections(overRest, (number, connection) => logRun(session, experimentId, runFacts(number), connection));
  const rest = Array.from({ length: size - overRest }, (_, index) => runFacts(overRest + index));
  if (rest.length > 0) await session.insert?.runs(experimentId, rest);
}

async function logRun(session: Session, experimentId: string, facts: RunFacts, connection: Connection): Promise<void> {
  const { name: run_name, startTime: start_time, tags } = facts;
  const body = { experiment_id: experimentId, run_name, start_time, tags };
  const { run_id } = Created.parse(await post(session, 'runs/create', body, connection)).run.info;
  const metrics = facts.metrics.map((metric) => ({ ...metric, timestamp: METRIC_TIMESTAMP, step: 0 }));
  await post(session, 'runs/log-batch', { run_id, metrics, params: facts.params }, connection);
}

/** Calls with 0, 1, 2… from eight connections. */
export async function overConnections(
  count: number,
  call: (number: number, connection: Connection) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      using connection = new Connection();
      while (next < count) await call(next++, connection);
    }),
  );
}
