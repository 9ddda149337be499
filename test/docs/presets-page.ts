import { parse } from 'yaml';
import { genericNames } from '../../src/sources/coded.ts';
import { sourceNamed, sourceTypes } from '../../src/sources/index.ts';
import { type PresetFile, presetFile } from '../../src/sources/preset/preset-file.ts';
import { presetNames } from '../../src/sources/preset/presets.ts';
import { unsignedHeaders } from '../../src/sources/preset/unsigned-headers.ts';
import type { Source } from '../../src/sources/source.ts';
import { descriptorText } from '../../src/sources/verify/descriptor-text.ts';
import { projectFolder, readProjectFile } from '../support/project-files.ts';

/** What docs/presets.md and the README's table of sources are made of: the presets. */

const groups = {
  payments: 'Payments',
  shops: 'Shops',
  people: 'Sign-up and identity',
  meetings: 'Meetings',
  forms: 'Forms and documents',
  marketing: 'Marketing',
  messages: 'Messages, mail and calls',
  support: 'Support and CRM',
  work: 'Teamwork',
  code: 'Code and operations',
  media: 'Audio and video',
  any: 'Whoever follows a standard',
} as const satisfies Record<PresetFile['group'], string>;

type Group = keyof typeof groups;

/** Those of a type of their own that are no preset, which docs/sources.md tells of. */
export const sourcesInCode: readonly Source[] = sourceTypes
  .filter((name) => !([...presetNames, ...genericNames, 'standard_webhooks'] as readonly string[]).includes(name))
  .flatMap((name) => sourceNamed(name) ?? []);

/** What these are for. */
const groupsOfCode: Readonly<Record<string, Group>> = {
  stripe: 'payments',
  paypal: 'payments',
  callrail: 'messages',
  hubspot: 'support',
};

const folder = 'src/sources/presets';

interface Preset extends PresetFile {
  readonly name: string;
}

/** Every preset, by its title. */
export const presets: readonly Preset[] = projectFolder(folder)
  .map((file) => ({
    name: file.replace(/\.yaml$/, ''),
    ...presetFile.parse(parse(readProjectFile(`${folder}/${file}`))),
  }))
  .toSorted((one, other) => one.title.localeCompare(other.title, 'en'));

const groupNames = Object.keys(groups) as readonly Group[];

/** Groups that share a row of the README, which is kept short. */
const rows: readonly (readonly Group[])[] = [
  ['payments', 'shops'],
  ['people', 'meetings', 'forms'],
  ['messages', 'marketing'],
  ['support', 'work'],
  ['code', 'media'],
  ['any'],
];

/** The README's table: what there is, with the way to its steps. */
export function sourcesTable(): string {
  const known = [
    ...sourcesInCode.map(({ name, title }) => ({
      title,
      group: groupsOfCode[name],
      link: `docs/sources.md#${slug(title)}`,
    })),
    ...presets.map(({ title, group }) => ({ title, group, link: `docs/presets.md#${slug(title)}` })),
  ];
  const row = (own: readonly Group[]): string => {
    const senders = own.flatMap((group) => known.filter((each) => each.group === group));
    const [first = '', ...others] = own.map((group) => groups[group]);
    const heading = [first, ...others.map(lowerFirst)].join(', ');
    return `| ${heading} | ${senders.map(({ title, link }) => `[${shortTitle(title)}](${link})`).join(', ')} |\n`;
  };
  return `| | |\n| --- | --- |\n${rows.map(row).join('')}`;
}

const shortTitle = (title: string): string => title.replace(/ \(.*\)$/, '');

/** As GitHub and others make anchors of headings. */
export const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

export function presetsPage(): string {
  const parts = groupNames.map((group) => {
    const own = presets.filter((preset) => preset.group === group).map(described);
    return `\n## ${groups[group]}\n${own.join('')}`;
  });
  return `${parts.join('')}\n`;
}

function described(preset: Preset): string {
  const { name, title, setup, notes, docs, samples } = preset;
  const url = `\`<PUBLIC_URL>/in/${name}\``;
  const filled = (text: string): string =>
    text.replaceAll('<url>', url).replaceAll('<local>', `localhost:8080/in/${name}`);
  const [sample] = samples;
  const rows = [
    ['type', `\`${name}\`, with the secret in \`${preset.secret.variable}\`: ${lowerFirst(preset.secret.description)}`],
    ['proof', proofOf(preset)],
    ['event type', inCodeFont(preset.event_type ?? 'the last part of the URL')],
    ['known again by', inCodeFont(preset.event_id ?? 'the exact body')],
    ...unsignedOf(preset),
    ['to try it', `\`hookstitch send ${name}.${sample?.name}\``],
    ...startersOf(name),
  ];
  const table = rows.map(([key, value]) => `| ${key} | ${value?.replaceAll('|', '\\|')} |\n`).join('');
  const steps = setup.map((step, index) => `${index + 1}. ${filled(step)}\n`).join('');
  const asides = notes.map((note) => `- ${filled(note)}\n`).join('');
  return `\n### ${title}\n\n${steps}\n${asides}${asides === '' ? '' : '\n'}| | [documentation](${docs}) |\n| --- | --- |\n${table}`;
}

function unsignedOf(preset: Preset): readonly (readonly string[])[] {
  const unsigned = unsignedHeaders(preset);
  if (unsigned === undefined) return [];
  const names = unsigned.names.map((name) => `\`${name}\``).join(' and ');
  return [['not signed', `${names}; [to know a copy without](#what-is-not-signed): ${inCodeFont(unsigned.signedId)}`]];
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** A value of a preset is shown as it stands there; what stands in its place is said in words. */
const inCodeFont = (text: string): string => {
  if (!text.startsWith('=')) return text;
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
};

function proofOf({ verify, handshake }: Preset): string {
  const over = 'signature' in verify ? `, in ${verify.encoding} over \`${verify.signed}\`` : '';
  const asked = handshake.length === 0 ? '' : '; what the sender asks of a new address is answered by itself';
  return `${descriptorText(verify)}${over}${asked}`;
}

const startersFolder = 'mappings/starters';

function startersOf(name: string): readonly (readonly string[])[] {
  const files = projectFolder(startersFolder).filter(
    (file) =>
      file.endsWith('.yaml') &&
      file !== 'gateway.yaml' &&
      new RegExp(`^source: ${name}$`, 'm').test(readProjectFile(`${startersFolder}/${file}`)),
  );
  if (files.length === 0) return [];
  const links = files.map((file) => `[${file}](../${startersFolder}/${file})`);
  return [['to start with', links.join(', ')]];
}
