const platform = String.raw`\((?:Windows|Macintosh|X11|iPhone|iPad|Linux)[^()]*\)`;
const engine = String.raw`(?:AppleWebKit\/[\d.]+ \(KHTML, like Gecko\)|Gecko\/[\d.]+)`;
const products = 'Version|Chrome|CriOS|Firefox|FxiOS|Mobile|Safari|Edg|EdgA|EdgiOS|OPR|SamsungBrowser';
const product = String.raw`(?:${products})(?:\/[\w.]+)?`;
const browser = new RegExp(`^Mozilla/5\\.0 ${platform} ${engine}(?: ${product})+$`);
const disguise = /bot|crawl|spider|headless|compatible|https?:/i;

/**
 * A visitor's User-Agent, where it is plainly one of the common browsers. Umami drops the whole event for anything its
 * bot list knows, and without this field it falls back to our own name, so a doubtful one is left out.
 */
export const browserUserAgent = (text: string | undefined): string | undefined =>
  text !== undefined && browser.test(text) && !disguise.test(text) ? text : undefined;
