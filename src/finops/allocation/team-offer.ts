import { stringify } from 'yaml';
import type { LakeRow } from '../../platform/lake/index.ts';
import { decimal, sumDecimals } from '../../platform/units/index.ts';
import { billRows } from '../billing/index.ts';
import { divideToRatio, type ReportDeps, toExact } from './coverage.ts';
import { assignsField } from './rules/assignable.ts';
import type { AllocationRule, Normalise } from './rules/schema.ts';
import { findRulesInForce, type StoredRules } from './store.ts';
import type { TeamOffer } from './team-offer/schema.ts';

/** Tag keys that name a team, after removal of prefix, case and separators. */
const TEAM_KEYS = ['team', 'teams', 'teamname', 'teamid', 'owningteam', 'ownerteam', 'teamowner', 'costteam'];
const USUAL_NAME = 'allocation';
const RULE_NAME = 'by-team-tag';

/**
 * Suggests a rule that assigns cost by the tag that names a team, in any spelling of its key, if no rule in force
 * assigns cost to a team. `offer` is null, with a reason, when there is nothing to suggest.
 */
export async function suggestTeamRule(deps: ReportDeps): Promise<{ offer: TeamOffer | null; reason: string | null }> {
  const rules = await findRulesInForce(deps.store);
  if (assignsField(rules, 'team')) return { offer: null, reason: 'Rules in force assign cost to teams.' };
  const bill = await deps.lake.relation(deps.store, billRows, { others: [] });
  const totals = await deps.lake.queryKept(`SELECT BillingCurrency AS currency, count(*)::INTEGER AS bill_rows,
    coalesce(sum(EffectiveCost), 0)::VARCHAR AS amount FROM ${bill} GROUP BY ALL ORDER BY currency`);
  if (totals.length === 0) return { offer: null, reason: 'No bill counts yet.' };
  const tags = `(SELECT BillingCurrency, EffectiveCost,
    list_filter(map_entries(Tags), tag -> ${isTeamKey('tag.key')} AND trim(tag.value) <> '') AS teams FROM ${bill})`;
  const [keys, sums, values] = await Promise.all([
    deps.lake.queryKept(`SELECT lower(trim(tag.key)) AS key, count(*) AS rows FROM (SELECT unnest(teams) AS tag FROM ${tags})
      GROUP BY ALL ORDER BY rows DESC, key`),
    deps.lake.queryKept(`SELECT BillingCurrency AS currency, count(*)::INTEGER AS bill_rows,
      coalesce(sum(EffectiveCost), 0)::VARCHAR AS amount FROM ${tags} WHERE len(teams) > 0 GROUP BY ALL ORDER BY currency`),
    deps.lake.queryKept(`SELECT count(DISTINCT lower(trim(teams[1].value)))::INTEGER AS different FROM ${tags}`),
  ]);
  const found = keys.map((row) => String(row.key));
  const [key, ...others] = found;
  if (key === undefined) return { offer: null, reason: 'No row of the bill has a tag that names a team.' };
  return {
    offer: {
      tagKeys: found,
      values: Number(values[0]?.different ?? 0),
      billRows: countRows(sums),
      allRows: countRows(totals),
      amounts: totals.map((total) => buildOfferAmount(total, sums)),
      document: buildOfferDocument(rules, key, others),
    },
    reason: null,
  };
}

function isTeamKey(key: string): string {
  const bare = `regexp_replace(regexp_replace(lower(${key}), '^.*[:/]', ''), '[^a-z0-9]', '', 'g')`;
  return `${bare} IN (${TEAM_KEYS.map((name) => `'${name}'`).join(', ')})`;
}

const countRows = (rows: readonly LakeRow[]): number => rows.reduce((sum, row) => sum + Number(row.bill_rows), 0);

function buildOfferAmount(total: LakeRow, sums: readonly LakeRow[]): TeamOffer['amounts'][number] {
  const currency = String(total.currency);
  const of = sums.filter((row) => String(row.currency) === currency).map((row) => toExact(row.amount));
  const amount = sumDecimals(of);
  return { currency, amount, share: decimal(amount).isZero() ? 0 : divideToRatio(amount, toExact(total.amount)) };
}

/** The rules in force with one additional rule at the end, as a document to apply. */
function buildOfferDocument({ name, rules, normalise }: StoredRules, key: string, others: readonly string[]): string {
  const rule: AllocationRule = {
    name: RULE_NAME,
    match: { [`tag:${key}`]: '*' },
    subject: { team: `{tag:${key}}` },
  };
  const aliases: Normalise | undefined =
    others.length === 0
      ? normalise
      : { separators: false, ...normalise, tagKeys: { ...normalise?.tagKeys, [key]: [...others] } };
  const spec = { ...(aliases === undefined ? {} : { normalise: aliases }), rules: [...rules, rule] };
  return stringify({
    apiVersion: 'steelyard/v1',
    kind: 'AllocationRules',
    metadata: { name: name ?? USUAL_NAME },
    spec,
  });
}
