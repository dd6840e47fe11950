import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Cluster } from './cluster.ts';
import { List, MANAGED } from './objects.ts';

/** Objects of one kind in a cluster, kept up to date. */
export interface WatchedObjects<T> extends AsyncDisposable {
  /** Resolves when what there is has been listed once. */
  readonly listed: Promise<void>;
  get(name: string): T | null;
  all(): T[];
}

interface WatchRequest<T> {
  readonly cluster: Cluster;
  readonly path: string;
  readonly parse: z.ZodType<T & NamedObject>;
  /** Labels that select its objects; default: those of work. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Something is other than it was. */
  changed(): void;
  readonly log: Log;
}

interface NamedObject {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

/** The API server ends a watch after this many seconds; bookmarks make the next watch cheap. */
const WATCH_SECONDS = 300;
const PAGE = '500';
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;

/** Formats labels as a label selector of a query. Example: `{ a: 'b', c: 'd' }` -> `a=b,c=d`. */
export function buildSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

const WatchEvent = z.object({ type: z.string(), object: z.unknown() });
const Bookmark = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

/**
 * Lists, then watches from the version of the list. An ended watch resumes from the last version seen. If the API
 * server has expired that version (410 Gone), all objects are listed again. An unreachable API server is retried
 * without a limit.
 */
export function watch<T>(request: WatchRequest<T>): WatchedObjects<T> {
  const known = new Map<string, T & NamedObject>();
  const over = new AbortController();
  const listed = Promise.withResolvers<void>();
  const ended = keepUp(request, known, over.signal, listed.resolve);
  return {
    listed: listed.promise,
    get: (name) => known.get(name) ?? null,
    all: () => [...known.values()],
    async [Symbol.asyncDispose]() {
      over.abort();
      await ended;
    },
  };
}

type KnownObjects<T> = Map<string, T & NamedObject>;

async function keepUp<T>(
  request: WatchRequest<T>,
  known: KnownObjects<T>,
  signal: AbortSignal,
  listed: () => void,
): Promise<void> {
  let version: string | null = null;
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    try {
      if (version === null) {
        version = await list(request, known);
        listed();
        request.changed();
      }
      version = await watchFrom(request, known, version, signal);
      retryMs = FIRST_RETRY_MS;
    } catch (error) {
      if (signal.aborted) return;
      request.log.warn({ err: error, path: request.path }, 'the watch on Kubernetes was interrupted');
      await pause(retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }
}

/** Replaces the known objects by those of the cluster. Answers the version of the list. */
async function list<T>(request: WatchRequest<T>, known: KnownObjects<T>): Promise<string> {
  const { cluster, path, parse, labels = MANAGED, log } = request;
  const found: KnownObjects<T> = new Map();
  let version = '';
  let next = '';
  do {
    const query = { labelSelector: buildSelector(labels), limit: PAGE, ...(next === '' ? {} : { continue: next }) };
    const { status, body } = await cluster.call({ method: 'GET', path, query });
    // The version of the list expired before all of its pages were read: list again from the beginning.
    if (status === 410) return list(request, known);
    const page = List.parse(body);
    for (const item of page.items) keep(found, parse, item, log);
    version = page.metadata.resourceVersion;
    next = page.metadata.continue;
  } while (next !== '');
  known.clear();
  for (const [name, item] of found) known.set(name, item);
  return version;
}

/** Answers the version to resume from. Null: all objects must be listed again. */
async function watchFrom<T>(request: WatchRequest<T>, known: KnownObjects<T>, from: string, signal: AbortSignal) {
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: from,
    labelSelector: buildSelector(request.labels ?? MANAGED),
    timeoutSeconds: String(WATCH_SECONDS),
  };
  const answer = await request.cluster.follow(request.path, query, signal);
  if (answer === null) return null;
  let version = from;
  try {
    for await (const line of readLines(answer)) {
      const event = WatchEvent.parse(JSON.parse(line));
      // 410 Gone may also arrive as an event.
      if (event.type === 'ERROR') return null;
      version = Bookmark.parse(event.object).metadata.resourceVersion;
      if (event.type === 'BOOKMARK') continue;
      apply(request, known, event);
      request.changed();
    }
  } finally {
    answer.destroy();
  }
  return version;
}

/** Without `readline`, which waits forever on a destroyed stream. */
async function* readLines(content: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of content.setEncoding('utf8')) {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

function apply<T>(
  { parse, log }: WatchRequest<T>,
  known: KnownObjects<T>,
  { type, object }: z.infer<typeof WatchEvent>,
): void {
  const item = keep(known, parse, object, log);
  if (type === 'DELETED' && item !== null) known.delete(item.metadata.name);
}

function keep<T>(
  known: KnownObjects<T>,
  parse: z.ZodType<T & NamedObject>,
  object: unknown,
  log: Log,
): (T & NamedObject) | null {
  const parsed = parse.safeParse(object);
  if (parsed.success) {
    known.set(parsed.data.metadata.name, parsed.data);
    return parsed.data;
  }
  log.warn({ err: parsed.error }, 'an object of Kubernetes cannot be read');
  return null;
}
