import { AppError } from '../../../platform/errors/index.ts';
import { hashLink } from '../../../platform/hash-chain/index.ts';
import { parseBoundedJson } from '../../../platform/json/index.ts';
import { evaluateRecord } from '../evaluate-record.ts';
import { digestEvidence, serializeCanonical } from '../evidence-digest.ts';
import { TakenRecord } from '../schema.ts';
import { digestParts } from './build-export.ts';
import { DecisionExport, type ExportReplay } from './schema.ts';

/**
 * Replays an exported decision from its document alone: checks every digest and the link of the hash chain, then evaluates the recorded
 * policy on the recorded evidence. Pure: no server, data folder or clock.
 *
 * Errors: `decision_export_invalid` for another kind of document, `decision_export_changed` with the digests that differ,
 * `evidence_not_kept` for an old decision that lacks evidence.
 *
 * @example replayExport(readFileSync('decision.json', 'utf8')).isSame // true
 */
export function replayExport(text: string): ExportReplay {
  const exported = parseExport(text);
  assertUnchanged(exported);
  const record = TakenRecord.safeParse(exported.decision);
  if (!record.success) throw createInvalid(record.error.issues[0]?.message ?? 'the decision has another structure');
  const { decision, verdict: recordedVerdict, evidence } = record.data;
  const { verdict, checks } = evaluateRecord(record.data);
  return {
    ...{ decision, verdict, recordedVerdict, isSame: verdict === recordedVerdict, checks, chain: exported.chain },
    evidenceSha256: digestEvidence(exported.decision.evidence ?? evidence),
  };
}

function parseExport(text: string): DecisionExport {
  let json: unknown;
  try {
    json = parseBoundedJson(text);
  } catch (error) {
    throw createInvalid(error instanceof Error ? error.message : 'it is not JSON');
  }
  const parsed = DecisionExport.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw createInvalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected structure'}`);
}

function createInvalid(why: string): AppError {
  const detail = `The file is no export of a decision (${why}). Write one with "steelyard decision export ID --out FILE".`;
  return new AppError('decision_export_invalid', detail);
}

/** Error: `decision_export_changed`, with the names of the digests that differ. */
function assertUnchanged({ decision, chain, digests }: DecisionExport): void {
  const present = digestParts(decision);
  const names = new Set([...Object.keys(present), ...Object.keys(digests)]);
  const differing = [...names].filter((name) => present[name] !== digests[name]);
  if (chain !== null && hashLink(chain.previousSha256, serializeCanonical(decision)) !== chain.sha256) {
    differing.push('chain.sha256');
  }
  const { evidenceSha256 } = decision;
  if (evidenceSha256 !== undefined && digestEvidence(decision.evidence) !== evidenceSha256) {
    differing.push('evidenceSha256');
  }
  if (differing.length === 0) return;
  const detail = `The file was changed after its export: ${differing.join(', ')} differ${differing.length === 1 ? 's' : ''}. Export the decision again.`;
  throw new AppError('decision_export_changed', detail, { differing });
}
