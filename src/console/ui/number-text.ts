const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

export const number = (value: number): string => whole.format(value);
/** `1.2K` from ten thousand on. */
export const shortNumber = (value: number): string => (value < 10_000 ? whole : short).format(value);
/** Never `100 %` where something is missing, nor `0 %` where something is there. */
export function share(part: number, all: number): string {
  if (all === 0) return '–';
  const ratio = part / all;
  if (ratio < 1 && ratio > 0.999) return '>99.9%';
  return ratio > 0 && ratio < 0.001 ? '<0.1%' : percent.format(ratio);
}

/** `1 event`, `2 events`; the plural only where an `s` does not make it. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/** `812 B`, `4.1 KB`, `1.2 MB`, `82.7 GB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(1)} KB`;
  return count < 1_000_000_000 ? `${(count / 1_000_000).toFixed(1)} MB` : `${(count / 1_000_000_000).toFixed(1)} GB`;
}
