import type { AnyValue, Attribute } from './otlp-span.ts';

export const REDACTED = '[redacted]';

/**
 * Words in a key that mark its value as a credential. `token` counts alone or at the end: `input_tokens` are a count.
 */
const SECRET_KEY =
  /(^|[._\-\s])(api[._-]?key|apikey|x-api-key|authorization|proxy-authorization|password|passwd|secret|client[._-]?secret|secret[._-]?(access[._-]?)?key|private[._-]?key|access[._-]?key|access[._-]?token|refresh[._-]?token|id[._-]?token|auth[._-]?token|bearer|session[._-]?token|token|credentials?|cookie|set-cookie|connection[._-]?string)$/i;

/**
 * Patterns of credentials in any text: keys of OpenAI and Anthropic, of Google, AWS, GitHub, GitLab, Slack, Hugging
 * Face, Stripe; bearer and basic headers; JSON web tokens; private keys; a password inside a URL.
 */
const SECRET_TEXT: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,200}/g,
  /\bAIza[A-Za-z0-9_-]{30,60}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,255}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,255}/g,
  /\bglpat-[A-Za-z0-9_-]{16,64}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,200}/g,
  /\bhf_[A-Za-z0-9]{20,100}/g,
  /\b[rs]k_live_[A-Za-z0-9]{16,200}/g,
  /\bdapi[0-9a-f]{32}\b/g,
  /\b[Bb]earer\s{1,4}[A-Za-z0-9._~+/=-]{16,4096}/g,
  /\b[Bb]asic\s{1,4}[A-Za-z0-9+/]{16,1024}={0,2}/g,
  /\beyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,1024}/g,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8192}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  /(?<=:\/\/[^\s:/@"']{1,100}:)[^\s/@"']{1,200}(?=@)/g,
];

/** A credential by its key inside a text that is JSON or a printed dictionary: `"api_key": "…"`. */
const SECRET_ENTRY =
  /(["'](?:[\w.-]{0,40}[._-])?(?:api[._-]?key|apikey|authorization|password|passwd|secret|client[._-]?secret|private[._-]?key|access[._-]?key|access[._-]?token|refresh[._-]?token|auth[._-]?token|session[._-]?token|token)\\?["']\s{0,4}:\s{0,4}\\?["'])[^"'\\]{1,4096}/gi;

/** A key with values that are not stored. Example: `llm.request.api_key` is one, `llm.usage.total_tokens` is not. */
export function isSecretKey(key: string): boolean {
  return key.length <= 500 && SECRET_KEY.test(key);
}

/** The text without credentials. Every pattern is bounded, so that no text takes long. */
export function redactText(text: string): string {
  if (text.length < 8) return text;
  let redacted = text;
  for (const pattern of SECRET_TEXT) redacted = redacted.replace(pattern, REDACTED);
  return redacted.replace(SECRET_ENTRY, `$1${REDACTED}`);
}

/** Redacts a value under a key: completely if the key names a credential, otherwise only the credentials in it. */
export function redactNamed(key: string, text: string): string {
  return text !== '' && isSecretKey(key) ? REDACTED : redactText(text);
}

export function redactAttributes(attributes: readonly Attribute[]): Attribute[] {
  return attributes.map(({ key, value }) => ({ key, value: redactValue(key, value) }));
}

function redactValue(key: string, value: AnyValue): AnyValue {
  if (value.kvlist_value !== undefined)
    return { kvlist_value: { values: redactAttributes(value.kvlist_value.values) } };
  if (value.array_value !== undefined) {
    return { array_value: { values: value.array_value.values.map((item) => redactValue(key, item)) } };
  }
  if (value.string_value !== undefined) return { string_value: redactNamed(key, value.string_value) };
  return value.bytes_value !== undefined && isSecretKey(key) ? { string_value: REDACTED } : value;
}
