import type { Kind } from './segment.ts';

/**
 * The word list of the language gate: phrases that are not plain technical English, and what to write instead.
 * `test/canary/language` has an example of every rule; a rule without one fails the gate.
 */

export interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly instead: string;
  /** The kinds of text that the rule applies to. Absent: all. */
  readonly kinds?: readonly Kind[];
}

/** Matches the phrase as whole words, over line breaks, in any case. A hyphen joins words: `--counts-beside` is a name. */
function phrase(source: string): RegExp {
  return new RegExp(`(?<![\\w-])(?:${source.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi');
}

const PREPOSITION = '(?:of|for|by|to|from|with|than|in|at|against|after|before|beyond|like|as)';
/** Verbs that introduce an indirect question. */
const REPORTING = '(?:say|says|tell|tells|show|shows|know|knows|known|decide|decides|depends on)';
/** The subject of a clause follows. A comma, "and" and "or" are left out: a relative clause may follow these. */
const BEGIN = '(?<=(?:^|[.:;(|!?]|\\s[-–—])\\s*)';
/** A question to the reader may begin with a question word. */
const NO_QUESTION = '(?![^.;:]*\\?)';
const VERB = [
  'is|are|was|were|has|have|had|does|did|would|will|can|cannot|could|may|might|must|should',
  'comes?|came|goes|went|makes?|made|needs?|remains?|follows?|costs|stays?|belongs?|fails?|failed|changes|changed',
  'runs|ran|stands?|lies|counts|holds?|keeps?|gives?|gave|takes?|took|lacks?|ends|ended|begins?|began|reads|writes',
  'wrote|says?|said|tells?|told|serves?|served|arrives?|arrived|works|asks?|asked|waits?|others|nobody|no',
].join('|');
/** `by what share` asks for a share: "what" is no subject there. */
const DETERMINED =
  'kind|share|extent|degree|rate|time|order|unit|currency|version|name|price|cost|reason|size|point|to';

const SUBJECTS: readonly Rule[] = [
  { name: 'nobody', pattern: phrase("nobody(?:'s)?"), instead: 'name the subject: "no account", "no caller", "none"' },
  { name: 'whoever', pattern: phrase('who(?:m)?ever'), instead: 'name the subject: "the caller", "any account"' },
  {
    name: 'what-subject',
    pattern: new RegExp(`\\bwhat[\\s-]+(?:${VERB})\\b${NO_QUESTION}`, 'gi'),
    instead: 'name the thing: "the rows that were rejected", not "what was rejected"',
  },
  {
    name: 'what-pronoun',
    pattern: new RegExp(`\\bwhat\\s+(?:it|they|he|she|we|one|you)\\b${NO_QUESTION}`, 'gi'),
    instead: 'name the thing: "its output", "the requested resources"',
  },
  {
    name: 'what-object',
    pattern: new RegExp(
      `\\b(?:${PREPOSITION}|gives?|takes?|keeps?|holds?)\\s+what\\b(?!\\s+(?:${DETERMINED})\\b)${NO_QUESTION}`,
      'gi',
    ),
    instead: 'name the thing after the preposition or verb',
  },
  {
    name: 'what-first',
    pattern: new RegExp(`${BEGIN}What\\b(?!\\s+(?:to|happens)\\b)${NO_QUESTION}`, 'g'),
    instead: 'begin with the noun: "Fields that …", "Cost of …"',
  },
  {
    name: 'who-subject',
    pattern: new RegExp(
      `(?:${BEGIN}|(?<=\\b(?:${PREPOSITION}|on|about|${REPORTING})\\s+))(?:who|whom)\\b(?!\\s+to\\b)${NO_QUESTION}`,
      'gi',
    ),
    instead: 'name the person or program: "the caller", "the account that …"',
  },
  {
    name: 'whose-subject',
    pattern: new RegExp(
      `(?:${BEGIN}|(?<=\\b(?:${PREPOSITION}|on|about|${REPORTING}|is|are|was|were)\\s+))whose\\b${NO_QUESTION}`,
      'gi',
    ),
    instead: 'name the owner: "the owner of …", "the team that …"',
  },
];

const PHRASES: readonly Rule[] = [
  { name: 'anew', pattern: phrase('anew'), instead: 'again, or re- (recompute, rebuild)' },
  { name: 'dear', pattern: phrase('dear(?:er|est|ly)?'), instead: 'expensive' },
  {
    name: 'told',
    pattern: phrase("(?:is|are|was|were|be|been|being|gets?|isn't|aren't) (?:not |never |only |also )?told(?! apart)"),
    instead: 'is notified, receives, reads',
  },
  { name: 'said', pattern: phrase('said'), instead: 'reported, stated, configured, recorded' },
  { name: 'stands-on', pattern: phrase('(?:stands?|stood|standing) on'), instead: 'depends on, is based on' },
  { name: 'stands-for', pattern: phrase('(?:stands?|stood|standing) for'), instead: 'represents, is active for' },
  { name: 'that-stands', pattern: phrase('that stands?(?! on| for| in)'), instead: 'that is active, that is in force' },
  { name: 'gives-way', pattern: phrase('(?:gives?|gave|given|giving) way'), instead: 'is replaced by, yields to' },
  { name: 'lets-go', pattern: phrase('(?:lets?|letting) go(?! on\\b)'), instead: 'releases, frees' },
  {
    name: 'of-its-own',
    pattern: phrase('of (?:its|their|his|your|our|my) own'),
    instead: 'its own X, a separate X, a dedicated X',
  },
  {
    name: 'by-itself',
    pattern: phrase('by (?:itself|themselves|himself|yourself)'),
    instead: 'automatically, alone, without X',
  },
  { name: 'at-once', pattern: phrase('at once'), instead: 'immediately, or concurrently' },
  { name: 'no-use', pattern: phrase('no use'), instead: 'unused, has no effect; no usage' },
  {
    name: 'held-against',
    pattern: phrase('(?:holds?|held|holding)(?: \\w+)? against'),
    instead: 'compare with, check against',
  },
  {
    name: 'takes-the-place',
    pattern: phrase("(?:takes?|took|taken|taking) (?:the|its|their|\\w+'s) place(?: of)?"),
    instead: 'replaces',
  },
  {
    name: 'goes-on',
    pattern: phrase('(?:goes|go|went|going|gone) on(?! (?:the|an?|each|every|this|top|disk)\\b)'),
    instead: 'continues',
  },
  { name: 'as-it-were', pattern: phrase('as it were'), instead: 'delete it' },
  { name: 'beside', pattern: phrase('besides?'), instead: 'next to, with, in addition to' },
];

/** Rows of the table in STYLE section 1 and of reviews/code.md section 3 that no phrase above finds, and paraphrases of field terms. */
const TERMS: readonly Rule[] = [
  { name: 'room', pattern: phrase('rooms?'), instead: 'slot, capacity, space, or the noun of the folder' },
  {
    name: 'house',
    pattern: phrase(
      'house|houses|next door|(?<!azure )front door|side door|one door|(?<!azure front )doors?|ground floor|strangers?',
    ),
    instead: 'the term: entry point, endpoint, module, engineer',
  },
  { name: 'weigh', pattern: phrase('weigh(?:s|ed|ing)?'), instead: 'evaluate, compare; weight (of an average)' },
  {
    name: 'limit-held',
    pattern: phrase('(?:limit|bound|budget|quota)s? (?:cannot be|can be|is|are|was) held'),
    instead: 'enforce a limit',
  },
  { name: 'under-way', pattern: phrase('under way'), instead: 'active, running, in flight' },
  {
    name: 'as-many-as',
    pattern: phrase('as (?:many|much) (?:\\w+ )?as (?:there|it|they|one) (?:may|can)'),
    instead: 'the limit: "Concurrency limit reached"',
  },
  { name: 'free-again', pattern: phrase('free again'), instead: 'released' },
  {
    name: 'times-as-much',
    pattern: phrase('0[.,]\\d+ times as \\w+'),
    instead: '8x more, or 46% less',
  },
  { name: 'even-burn', pattern: phrase('(?:at )?an? even burn'), instead: 'projected' },
  { name: 'whole-again', pattern: phrase('whole again|made less(?! than)'), instead: 'restored; reduced, removed' },
  {
    name: 'in-line',
    pattern: phrase('(?:waits?|waiting|waited|stands?|now|time|next|place) in line'),
    instead: 'queue',
  },
  { name: 'try-again', pattern: phrase('tries again|tried again|trying again'), instead: 'retry' },
  { name: 'ordinary', pattern: phrase('out of the ordinary'), instead: 'anomalous' },
  { name: 'bring-in', pattern: phrase('(?:brings?|bringing|brought) in(?! order)'), instead: 'import' },
  {
    name: 'so-long',
    pattern: phrase('so long(?: after| before| as)?'),
    instead: 'the term: grace period, while, as long as',
  },
  { name: 'how-such', pattern: phrase('how such'), instead: 'the term: back-test error' },
  { name: 'worth-its-money', pattern: phrase('worth (?:its|the|their) money'), instead: 'expected gain exceeds cost' },
  {
    name: 'no-team',
    pattern: phrase('(?:of|to) no team|(?:costs?|spend|rows?|charges?|money) without (?:an? )?(?:team|owner)'),
    instead: 'unallocated',
  },
];

const QUESTION = 'How|What|Who|Whose|Where|When|Which|Why|Does|Do|Is|Are|Did|Has|Have|Was|Were|Can|Will';
const LABELS: readonly Rule[] = [
  {
    name: 'label-question',
    pattern: new RegExp(`^\\s*(?:${QUESTION})\\b[^.]*\\?\\s*$`, 'g'),
    instead: 'a label is a noun: "Daily spend"',
    kinds: ['label'],
  },
  {
    name: 'label-pronoun',
    pattern: /^(?:It|They) \w+$/g,
    instead: 'a label is a noun: "Status", "Alerts"',
    kinds: ['label'],
  },
];

/** In order: where two rules find the same words, the first one reports them. */
export const rules: readonly Rule[] = [...SUBJECTS, ...PHRASES, ...TERMS, ...LABELS];
