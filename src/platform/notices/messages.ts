import type { Notice } from './notice.ts';

/** Slack refuses a section with more characters. */
const MOST_SECTION_CHARACTERS = 3000;
const MOST_HEADER_CHARACTERS = 150;
/** A Teams workflow refuses messages over 28 KB. */
const MOST_CARD_CHARACTERS = 20_000;

/**
 * Body for an incoming webhook of Slack: `text` for notifications and for Mattermost, `blocks` for the channel. `&`, `<` and `>`
 * are escaped, so that no text of a notice becomes a mention or a link.
 */
export function buildSlackMessage({ title, text }: Notice, url: string | null): object {
  const body = removeTitle(title, text);
  const section = (content: string) => ({ type: 'section', text: { type: 'mrkdwn', text: content } });
  return {
    text: escapeSlackText(text),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cutText(title, MOST_HEADER_CHARACTERS) } },
      ...(body === '' ? [] : [section(cutText(escapeSlackText(body), MOST_SECTION_CHARACTERS))]),
      ...(url === null ? [] : [section(`<${url}|Open in Steelyard>`)]),
    ],
  };
}

/** Body for a workflow webhook of Microsoft Teams: one Adaptive Card 1.4. */
export function buildTeamsMessage({ title, text }: Notice, url: string | null): object {
  const lines = cutText(removeTitle(title, text), MOST_CARD_CHARACTERS)
    .split('\n')
    .filter((line) => line !== '');
  const block = (content: string) => ({ type: 'TextBlock', text: escapeMarkdown(content), wrap: true });
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [{ ...block(title), weight: 'Bolder', size: 'Medium' }, ...lines.map(block)],
    ...(url === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open in Steelyard', url }] }),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card }],
  };
}

function removeTitle(title: string, text: string): string {
  return (text.startsWith(title) ? text.slice(title.length) : text).trim();
}

function cutText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function escapeSlackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Adaptive Cards read a part of Markdown: links and emphasis of a notice's text stay text. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]]/g, '\\$&');
}
