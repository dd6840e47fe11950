/** A browser without pages: keeps cookies by origin and follows redirects one by one. */
export interface CookieBrowser {
  /** Opens an address and follows its redirects; answers the last response with its text. */
  open(
    url: string,
    options?: { readonly form?: Readonly<Record<string, string>>; readonly until?: string },
  ): Promise<Opened>;
  /** Confirms the code of a device at the pages of the test's provider. */
  confirmDevice(url: string, userCode: string): Promise<Opened>;
  /** The header `cookie` for an origin. */
  header(origin: string): string;
}

export interface Opened {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  /** Every address on the way. */
  readonly path: readonly string[];
  /** `set-cookie` headers on the way. */
  readonly setCookies: readonly string[];
}

const MOST_REDIRECTS = 12;

export function createCookieBrowser(): CookieBrowser {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string) => {
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };
  const header = (origin: string) => [...jarOf(origin)].map(([name, value]) => `${name}=${value}`).join('; ');
  const browser: CookieBrowser = {
    header,
    async confirmDevice(url, userCode) {
      const { text } = await browser.open(url);
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(text) ?? [];
      const { origin } = new URL(url);
      return browser.open(`${origin}/device`, { form: { xsrf, user_code: userCode, confirm: 'yes' } });
    },
    async open(url, { form, until } = {}) {
      const path: string[] = [];
      const setCookies: string[] = [];
      let next = url;
      let body = form;
      for (let count = 0; count < MOST_REDIRECTS; count += 1) {
        path.push(next);
        const { origin } = new URL(next);
        const response = await fetch(next, {
          redirect: 'manual',
          headers: {
            cookie: header(origin),
            accept: 'text/html',
            'sec-fetch-site': 'cross-site',
            'sec-fetch-mode': 'navigate',
            ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
          ...(body === undefined ? {} : { method: 'POST', body: new URLSearchParams(body).toString() }),
        });
        body = undefined;
        for (const cookie of response.headers.getSetCookie()) {
          setCookies.push(cookie);
          keepCookie(jarOf(origin), cookie);
        }
        const location = response.headers.get('location');
        const text = await response.text();
        if (location === null) return { url: next, status: response.status, text, path, setCookies };
        next = new URL(location, next).href;
        if (until !== undefined && next.startsWith(until)) {
          return { url: next, status: response.status, text, path, setCookies };
        }
      }
      throw new Error(`too many redirects: ${path.join(' ')}`);
    },
  };
  return browser;
}

function keepCookie(jar: Map<string, string>, cookie: string): void {
  const [pair = ''] = cookie.split(';');
  const at = pair.indexOf('=');
  const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1)];
  if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(cookie)) jar.delete(name);
  else jar.set(name, value);
}
