import { createRandom, type Random, seedFor } from '../random/xoshiro.ts';
import { createCatalogue, type ItemCatalogue } from './item-catalogue.ts';

/** Ratings as columns, sorted by user and then by time; all columns have `count` entries. */
export interface Ratings {
  readonly userCount: number;
  readonly itemCount: number;
  readonly count: number;
  /** User index of each rating, 0..userCount-1. */
  readonly users: Int32Array;
  /** Item index of each rating, 0..itemCount-1. */
  readonly items: Int32Array;
  /** Stars, whole numbers 1..5. */
  readonly stars: Uint8Array;
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly timestamps: Float64Array;
}

export interface RatingsOptions {
  readonly seed: number;
  readonly userCount?: number;
  readonly itemCount?: number;
  /** Number of latent tastes (niches); a model needs about as many factors to separate them. */
  readonly tasteCount?: number;
  /** Mean of the log-normal number of ratings a user gives. */
  readonly meanRatingsPerUser?: number;
  /** Last moment a rating may have, seconds since 1970; users are active in the two years before it. */
  readonly until?: number;
  /** Tastes that move with the times; left out: those of all users stay. */
  readonly season?: Season;
}

/** In a season, a share of the users likes different items; the ratings of the others do not change. */
export interface Season {
  readonly name: string;
  /** 0..1; those with the highest index. */
  readonly share: number;
}

/** Effect of taste on the choice of items: log-weight of a perfectly matching item over a neutral one. */
const TASTE_SHARPNESS = 5.4;
const MIN_RATINGS_PER_USER = 20;
const ACTIVE_SPAN_SECONDS = 2 * 365 * 86_400;

/**
 * Ratings that a recommender can learn from. Each item carries one to three of `tasteCount` tastes and a Zipf
 * popularity, each user three to seven tastes; a user picks items without replacement with probability proportional to
 * `popularity * exp(TASTE_SHARPNESS * match)` (Gumbel-top-k trick, Kool et al. 2019), and rates the picked items by
 * match, item quality, a personal bias and noise, rounded to 1..5 stars. Deterministic by `seed`.
 * Defaults give about 250,000 ratings of 4,000 users over 2,400 items.
 */
export function generateRatings(options: RatingsOptions): Ratings {
  const { seed, userCount = 4000, itemCount = 2400, tasteCount = 160, meanRatingsPerUser = 64 } = options;
  const until = options.until ?? Date.UTC(2026, 0, 1) / 1000;
  const catalogue = createCatalogue(createRandom(seedFor(seed, 'items')), itemCount, tasteCount);
  const random = createRandom(seedFor(seed, 'users'));
  const columns: RatingColumns = { users: [], items: [], stars: [], timestamps: [] };
  const { name = '', share = 0 } = options.season ?? {};
  const moved = createRandom(seedFor(seed, `season ${name}`));
  for (let user = 0; user < userCount; user++) {
    const usual = drawUserTastes(random, tasteCount);
    const tastes = user < userCount * (1 - share) ? usual : drawUserTastes(moved, tasteCount);
    const wanted = drawActivity(random, meanRatingsPerUser, itemCount);
    const match = catalogue.match(tastes);
    const picked = pickItems(random, catalogue, match, wanted);
    rateItems(random, { user, picked, match, catalogue, until }, columns);
  }
  return {
    userCount,
    itemCount,
    count: columns.users.length,
    users: Int32Array.from(columns.users),
    items: Int32Array.from(columns.items),
    stars: Uint8Array.from(columns.stars),
    timestamps: Float64Array.from(columns.timestamps),
  };
}

interface RatingColumns {
  users: number[];
  items: number[];
  stars: number[];
  timestamps: number[];
}

interface UserPicks {
  user: number;
  picked: Int32Array;
  match: Float64Array;
  catalogue: ItemCatalogue;
  until: number;
}

/** Strength of each taste of one user, sparse: three to seven are above zero, the strongest is 1. */
function drawUserTastes(random: Random, tasteCount: number): Float64Array {
  const tastes = new Float64Array(tasteCount);
  const held = 3 + random.integer(5);
  for (let i = 0; i < held; i++) {
    // Squaring the draw makes low-numbered tastes common and high-numbered ones niche.
    const taste = Math.floor(random.next() ** 1.6 * tasteCount);
    tastes[taste] = Math.max(tastes[taste] ?? 0, i === 0 ? 1 : 0.45 + 0.5 * random.next());
  }
  return tastes;
}

function drawActivity(random: Random, meanRatings: number, itemCount: number): number {
  const spread = 0.55;
  const extra = (meanRatings - MIN_RATINGS_PER_USER) * Math.exp(spread * random.normal() - (spread * spread) / 2);
  return Math.min(Math.floor(itemCount / 4), MIN_RATINGS_PER_USER + Math.round(extra));
}

function pickItems(random: Random, catalogue: ItemCatalogue, match: Float64Array, wanted: number): Int32Array {
  const keys = new Float64Array(match.length);
  for (let item = 0; item < keys.length; item++) {
    keys[item] = (catalogue.logPopularity[item] ?? 0) + TASTE_SHARPNESS * (match[item] ?? 0) + random.gumbel();
  }
  const threshold = Float64Array.from(keys).sort()[keys.length - wanted] ?? 0;
  const picked = new Int32Array(wanted);
  let filled = 0;
  for (let item = 0; item < keys.length && filled < wanted; item++) {
    if ((keys[item] ?? 0) >= threshold) picked[filled++] = item;
  }
  for (let i = wanted - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swapped = picked[i] ?? 0;
    picked[i] = picked[j] ?? 0;
    picked[j] = swapped;
  }
  return picked;
}

function rateItems(random: Random, picks: UserPicks, columns: RatingColumns): void {
  const generosity = 0.35 * random.normal();
  const activeSpan = ACTIVE_SPAN_SECONDS * (0.2 + 0.8 * random.next());
  let clock = picks.until - activeSpan;
  const meanGap = activeSpan / (picks.picked.length + 1);
  for (const item of picks.picked) {
    const liking = 3.1 + 1.5 * (picks.match[item] ?? 0) + (picks.catalogue.quality[item] ?? 0) + generosity;
    const stars = Math.round(liking + 0.6 * random.normal());
    clock = Math.min(picks.until, clock + Math.ceil(meanGap * 0.999 * 2 * random.next()));
    columns.users.push(picks.user);
    columns.items.push(item);
    columns.stars.push(Math.min(5, Math.max(1, stars)));
    columns.timestamps.push(Math.floor(clock));
  }
}
