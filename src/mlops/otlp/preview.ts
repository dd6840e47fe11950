import { tryJson } from './genai.ts';

const LONGEST_PREVIEW = 1000;

/**
 * Preview of a request or a response in a list of traces: the last message of that role where the value is a chat, else
 * the value itself, cut to 1,000 characters. Example: `{"messages":[{"role":"user","content":"Hi"}]}` -> `Hi`.
 */
export function buildPreview(value: unknown, role: 'user' | 'assistant'): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const parsed = typeof value === 'string' ? tryJson(value) : value;
  const content = findLastContent(listMessages(parsed), role) ?? text;
  const characters = content.length <= LONGEST_PREVIEW ? [] : [...content];
  return characters.length <= LONGEST_PREVIEW ? content : `${characters.slice(0, LONGEST_PREVIEW - 3).join('')}...`;
}

interface Message {
  readonly role: unknown;
  readonly content: unknown;
}

function listMessages(value: unknown): Message[] {
  if (Array.isArray(value)) return value.filter(isMessage);
  const choice = readProperty(readProperty(value, 'choices'), 0);
  const found = [readProperty(value, 'messages'), choice === undefined ? undefined : [readProperty(choice, 'message')]];
  const list = [
    ...found,
    readProperty(value, 'input'),
    readProperty(value, 'output'),
    readProperty(readProperty(value, 'request'), 'input'),
  ].find(Array.isArray);
  return (list ?? []).filter(isMessage);
}

function readProperty(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'role' in value && 'content' in value;
}

function findLastContent(messages: readonly Message[], role: string): string | null {
  const message = messages.findLast((candidate) => candidate.role === role) ?? messages.at(-1);
  if (message === undefined) return null;
  if (typeof message.content === 'string') return message.content === '' ? null : message.content;
  if (!Array.isArray(message.content)) return null;
  const parts: readonly unknown[] = message.content;
  const text = parts.map((part) => (typeof part === 'string' ? part : readProperty(part, 'text'))).find(isText);
  return text ?? null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
