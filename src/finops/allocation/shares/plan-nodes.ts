import { subjectFields } from '../../../org/schema.ts';
import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { KubernetesSplit } from '../rules/schema.ts';
import { listSubjectValues, readWorkloadPages, type StoredWorkload } from '../workloads/store.ts';
import { computeWorkloadWeight } from '../workloads/weights.ts';
import { findNextShareId } from './insert-shares.ts';
import { insertNodeShares, insertUnreported, workloadSumSelect } from './node-shares-sql.ts';

const ROWS_A_STATEMENT = 500;

/**
 * Fills `share` for a rule over nodes. For each node and charge period: usage of workloads (allocated), their held but
 * unused part (idle, with their subject), and the part that no workload holds (unallocated). The weight of a share is
 * the held amount times milliseconds. The denominator is the node's capacity times the charge period, or the held
 * amount if it is larger. A node without reported workloads stays one share without a receiver.
 */
export async function planNodes(
  session: LakeSession,
  sql: Sql,
  rule: { readonly index: number; readonly layer: number; readonly split: KubernetesSplit },
): Promise<void> {
  await session.query(`CREATE TEMP TABLE node_pool AS
    SELECT DISTINCT pool, node, start_ms, end_ms FROM pool_row WHERE rule_index = ${rule.index}`);
  await createWorkloadTable(session, sql, rule.split);
  await session.query(`CREATE TEMP TABLE node_held AS ${workloadSumSelect}`);
  const common = { rule: rule.index, layer: rule.layer, method: quoteLiteral(`kubernetes/${rule.split.gpuNodes}`) };
  await session.query(insertNodeShares(await findNextShareId(session), common));
  await session.query(insertUnreported(await findNextShareId(session), common));
  for (const table of ['node_pool', 'workload', 'node_held']) await session.query(`DROP TABLE ${table}`);
}

/** Loads all reported usage of the nodes of the pools within their charge periods. */
async function createWorkloadTable(session: LakeSession, sql: Sql, split: KubernetesSplit): Promise<void> {
  const names = subjectFields.map((field) => `${quoteIdentifier(field)} VARCHAR`).join(', ');
  await session.query(`CREATE TEMP TABLE workload (node VARCHAR, start_ms BIGINT, end_ms BIGINT, resource_id VARCHAR,
    resource_name VARCHAR, held HUGEINT, busy HUGEINT, capacity HUGEINT, one HUGEINT, unit VARCHAR, ${names})`);
  const [span] = await session.query(
    'SELECT min(start_ms)::VARCHAR AS first, max(end_ms)::VARCHAR AS last FROM node_pool',
  );
  if (span === undefined || span.first === null || span.last === null) return;
  const nodes = new Set((await session.query('SELECT DISTINCT node FROM node_pool')).map((each) => String(each.node)));
  for await (const page of readWorkloadPages(sql, { start: Number(span.first), end: Number(span.last) })) {
    const rows = page.filter(({ node }) => nodes.has(node)).map((workload) => buildWorkloadRow(workload, split));
    for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
      await session.query(`INSERT INTO workload VALUES ${rows.slice(start, start + ROWS_A_STATEMENT).join(', ')}`);
    }
  }
}

function buildWorkloadRow({ node, start, end, content }: StoredWorkload, split: KubernetesSplit): string {
  const subject = listSubjectValues(content.subject).map((value) => (value === null ? 'NULL' : quoteLiteral(value)));
  const { held, busy, capacity, one, unit } = computeWorkloadWeight(content, split);
  const name = [quoteLiteral(content.workloadId ?? content.workload), quoteLiteral(content.workload)];
  return `(${[quoteLiteral(node), start, end, ...name, held, busy, capacity, one, quoteLiteral(unit), ...subject].join(', ')})`;
}
