/** Text that a browser shows and never runs. */
const TEXT = new Set(
  'txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv md rst ipynb'.split(
    ' ',
  ),
);
const TEXT_FILES = new Set(['MLmodel', 'MLproject', 'mlproject']);

const BY_EXTENSION: Readonly<Record<string, string>> = {
  bmp: 'image/bmp',
  gif: 'image/gif',
  gz: 'application/gzip',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  wav: 'audio/x-wav',
  webp: 'image/webp',
  zip: 'application/zip',
};

/** The type of an artifact by its name alone: what an uploader claims about it does not count. */
export function detectMimeType(filename: string): string {
  const dot = filename.lastIndexOf('.');
  const extension = dot < 1 ? '' : filename.slice(dot + 1).toLowerCase();
  if (TEXT.has(extension) || TEXT_FILES.has(filename)) return 'text/plain';
  return (Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined) ?? 'application/octet-stream';
}

/** Text that a header may contain without quotes (RFC 9110). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** `attachment; filename="…"` (RFC 6266), with the full name after an ASCII one where they differ. */
export function buildAttachmentHeader(filename: string): string {
  const ascii = filename.replaceAll(/[^\x20-\x7e]|["\\]/g, '_');
  if (ascii === filename) return `attachment; filename=${TOKEN.test(ascii) ? ascii : `"${ascii}"`}`;
  const encoded = encodeURIComponent(filename).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
