import { stringify } from 'yaml';
import type { MeteredUsage } from '../../../finops/metering/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/units/durations.ts';
import { formatDayText, formatMoneyText, formatPriceText } from '../../../platform/units/index.ts';
import type { Finder, Finding, Window } from '../finder.ts';
import { collectBilledMonths } from '../savings/bill-deliveries.ts';
import { rateConfidence } from '../savings/confidence.ts';
import { listLargerItems } from '../savings/resource-item.ts';
import { NO_TERMS } from './commitment-finder.ts';
import type { PurchaseFinderDeps } from './deps.ts';
import type { SpotOffer } from './schema.ts';
import { computeSpotCost, type SpotCost } from './spot-cost.ts';
import { sumHourlyCosts } from './step-hours.ts';
import { parseStepName, stepsItem } from './steps.ts';
import { findTerms, type StoredTerms } from './terms.ts';

/** Pipeline steps that would have been cheaper on spot capacity, including the cost of interruptions. */
export function createSpotFinder(deps: PurchaseFinderDeps): Finder {
  return {
    kind: 'spot',
    async find(window) {
      const terms = await findTerms(deps.store);
      const offers = terms.flatMap((one) => one.spec.spot.map((offer) => ({ terms: one, offer })));
      const lacks: string[] = offers.length === 0 ? [`${NO_TERMS} with "spot"`] : [];
      const usage = offers.length === 0 ? [] : await deps.metering.within(deps.store, window, { purpose: 'training' });
      const best = new Map<string, Finding & { readonly keep: number }>();
      for (const { terms: of, offer } of offers) {
        const own = usage.filter(({ usage: { resource } }) => isOfferedResource(resource, offer.resource));
        if (own.length === 0)
          lacks.push(`${of.name}/${offer.name}: no work of the last 14 days was metered as ${offer.resource}`);
        for (const [pipeline, all] of Map.groupBy(own, ({ usage: { subject } }) => subject.pipeline)) {
          const one = await findSpot(deps, of, { offer, pipeline, all, window });
          if (typeof one === 'string') lacks.push(`${of.name}/${offer.name}: ${one}`);
          else if (one.keep < (best.get(one.about)?.keep ?? 1)) best.set(one.about, one);
        }
      }
      const found = [...best.values()].map(({ keep: _keep, ...one }) => one);
      return { found, lacks: [...new Set(lacks)].join('; ') || null };
    },
  };
}

/** A key with a region is of the key without one. */
function isOfferedResource(resource: string, offered: string): boolean {
  return resource === offered || resource.split('@')[0] === offered;
}

interface SpotRequest {
  readonly offer: SpotOffer;
  readonly pipeline: string | undefined;
  readonly all: readonly MeteredUsage[];
  readonly window: Window;
}

async function findSpot(deps: PurchaseFinderDeps, terms: StoredTerms, asked: SpotRequest) {
  const { offer, pipeline, all } = asked;
  if (pipeline === undefined)
    return `work without a pipeline used ${offer.resource}; the work that an interruption would repeat is not known`;
  try {
    const spec = await deps.pipelines.runs.spec(deps.store, pipeline);
    if (spec.engine !== 'kubernetes') {
      return `pipeline ${pipeline} runs on ${spec.engine}, which has no spot capacity; engine: kubernetes has spot nodes`;
    }
    const isSpot = (name: string) => {
      const step = spec.steps[name];
      return step === undefined || !('run' in step) || step.resources.spot !== false;
    };
    const steps = [...new Set(all.map(({ usage: { subject } }) => parseStepName(subject.step)))].filter(
      (name) => !isSpot(name),
    );
    const own = all.filter(({ usage: { subject } }) => steps.includes(parseStepName(subject.step)));
    if (own.length === 0) return `all steps of pipeline ${pipeline} on ${offer.resource} can use spot capacity already`;
    const jobs = new Map<string, number>();
    for (const { usage: one } of own) {
      const job = `${one.subject.pipelineRun} ${one.subject.step}`;
      jobs.set(job, (jobs.get(job) ?? 0) + (one.end - one.start) / HOUR_MS);
    }
    const workHours = [...jobs.values()].reduce((sum, hours) => sum + hours, 0) / jobs.size;
    const cost = await computeSpotCost(deps, terms, { offer, workHours, own });
    return typeof cost === 'string'
      ? `pipeline ${pipeline}: ${cost}`
      : buildSpotFinding(terms, { ...asked, pipeline, steps, own, jobs: jobs.size, workHours, cost });
  } catch (error) {
    // The error concerns this pipeline only; the others are still evaluated.
    if (error instanceof AppError) return `pipeline ${pipeline}: ${error.message}`;
    throw error;
  }
}

interface Case extends SpotRequest {
  readonly pipeline: string;
  readonly steps: readonly string[];
  readonly own: readonly MeteredUsage[];
  readonly jobs: number;
  readonly workHours: number;
  readonly cost: SpotCost;
}

function buildSpotFinding(terms: StoredTerms, one: Case): Finding & { readonly keep: number } {
  const { offer, pipeline, steps, own, window, jobs, workHours, cost } = one;
  const { currency } = terms.spec;
  const item = stepsItem(pipeline, offer.resource);
  const of = `${formatCount(steps.length, 'step')} of ${pipeline}`;
  const first = Math.min(...own.map(({ usage }) => usage.start));
  const days = (window.end - Math.max(window.start, first)) / DAY_MS;
  return {
    keep: cost.keep,
    about: item,
    title: `Run ${of} on spot ${offer.resource} (${offer.name})`,
    what: `${steps.join(', ')} of pipeline ${pipeline}: ${formatCount(jobs, 'job')}, ${formatWorkHours(workHours)} on average`,
    subject: { pipeline, purpose: 'training' },
    billedMonths: collectBilledMonths(own.flatMap(({ metered }) => metered.prices)),
    before: `on demand, ${formatMoneyText({ amount: cost.onDemandPerHour, currency })} an hour`,
    after: `on spot at ${formatMoneyText({ amount: offer.perHour, currency })} an hour, with a checkpoint every ${cost.intervalText}${cost.deadline === null ? '' : '; on demand if the deadline requires it'}`,
    confidence: lowerConfidence(rateConfidence(days, 1), cost.isMeasured),
    risk: cost.risk,
    guard: cost.guard,
    action: {
      type: 'by_hand',
      commands: [
        `set resources.spot of ${steps.join(', ')} in the manifest of pipeline ${pipeline}, and apply it`,
        `write a checkpoint every ${cost.intervalText} to a place that the next attempt reads`,
      ],
      manifest: buildSpotManifest(one),
    },
    evidence: {
      window: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
      figures: [{ name: 'mean work of a job', value: formatWorkHours(workHours) }, ...cost.figures],
      prices: [
        ...new Set(
          own.flatMap(({ usage: { resource }, metered }) =>
            metered.prices.map(
              ({ price, source, book }) => `${resource} at ${formatPriceText(price)} an hour: ${source} (${book})`,
            ),
          ),
        ),
        `${offer.name} at ${formatPriceText({ amount: offer.perHour, currency })} an hour: terms ${terms.name}, applied ${formatDayText(terms.appliedAt.slice(0, 10))}`,
      ],
      items: [
        {
          ...{ item, what: `${of} on ${offer.resource}`, currency, start: new Date(window.start).toISOString() },
          costs: sumHourlyCosts(own, window, currency),
          within: listLargerItems(own.map(({ usage: { resource } }) => resource)),
        },
      ],
      effects: [{ item, keep: [cost.keep], range: cost.range, isElsewhere: true }],
      pins: [],
      missing: [
        'changes of the spot price: one price is assumed',
        ...(cost.isMeasured
          ? []
          : ['a history of interruptions: the stated mean was used; give "histories" for a replay']),
      ],
      measuredBy: { type: 'steps', pipeline, steps: [...steps], currency },
    },
  };
}

/** Without a history of capacity it is not to be believed as far. */
function lowerConfidence(confidence: Finding['confidence'], isMeasured: boolean): Finding['confidence'] {
  return isMeasured || confidence.level === 'low' ? confidence : { ...confidence, level: 'medium' };
}

function buildSpotManifest({ pipeline, steps, cost: { deadline } }: Case): string {
  const spot = deadline ?? true;
  return stringify({
    kind: 'Pipeline',
    metadata: { name: pipeline },
    spec: { steps: Object.fromEntries(steps.map((step) => [step, { resources: { spot } }])) },
  });
}

function formatWorkHours(value: number): string {
  return `${Number(value.toFixed(1))} h`;
}

function formatCount(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
