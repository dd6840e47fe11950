import { z } from 'zod';
import type { Endpoint, QueryOf, ResponseOf } from '../../src/platform/contract/schema.ts';
import type { Client } from '../connection/client.ts';

const LARGEST_PAGE = 1000;

/** `--limit` of every list that has pages. */
export const limitOption = {
  limit: {
    value: 'N',
    fallback: '100',
    schema: z.coerce.number('a whole number').int('a whole number').min(1, 'one or more'),
    describe: 'Most items to list',
  },
} as const;

interface PagedQuery {
  readonly pageSize?: number;
  readonly pageToken?: string;
}

/**
 * The endpoint's document with up to `limit` items, over as many pages as that takes. `key` names its list. The
 * document's `nextPageToken` is that of the last page read: null when nothing is left.
 */
export async function readPages<E extends Endpoint, K extends keyof ResponseOf<E>>(
  client: Client,
  endpoint: E & { readonly response: z.ZodType<Record<K, unknown[]> & { nextPageToken: string | null }> },
  query: Omit<Partial<QueryOf<E>>, 'pageSize' | 'pageToken'>,
  key: K,
  limit: number,
): Promise<ResponseOf<E>> {
  const items: unknown[] = [];
  let page: PagedQuery = {};
  for (;;) {
    const pageSize = Math.min(LARGEST_PAGE, limit - items.length);
    const pageQuery = { ...query, ...page, pageSize } as z.input<E['query']>;
    const document: ResponseOf<E> = await client.call<E>(endpoint, { query: pageQuery });
    const { [key]: found, nextPageToken } = document as Record<K, unknown[]> & { nextPageToken: string | null };
    items.push(...found);
    if (nextPageToken === null || items.length >= limit)
      return { ...(document as object), [key]: items } as ResponseOf<E>;
    page = { pageToken: nextPageToken };
  }
}

/** Hint below a list that is cut; null when it is complete. */
export function moreText(document: { readonly nextPageToken: string | null }): string | null {
  return document.nextPageToken === null ? null : 'There are more; --limit N lists more of them.';
}
