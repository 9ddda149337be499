import { lookups } from '../lookups/index.ts';
import type { Checked } from '../mapping/check-text.ts';
import type { PreviewEvaluator } from '../mapping/evaluator/preview-evaluator.ts';
import type { PlacedLineage } from '../mapping/lineage/placed.ts';
import type { ReadMapping } from '../mapping/load.ts';
import type { JsonObject } from '../model/json.ts';
import { checkConfiguration } from './check-setup.ts';
import type { GatewayConfiguration } from './load.ts';
import type { Drafted, EventToPin, Fixture } from './pinned-event.ts';

/** A mapping's text, whether it is saved or not. */
export interface Text {
  readonly file: string;
  readonly text: string;
}

/** A fixture and, where there is a mapping for it, the mapping's text with a test of it. */
export interface Pinned {
  readonly fixture: Fixture;
  readonly drafted: Drafted | null;
  readonly text: string | null;
}

export interface PinOrder {
  readonly event: EventToPin;
  /** Whose test it becomes. */
  readonly mapping?: Text | undefined;
  /** What the test shows, as a sentence. */
  readonly name?: string | undefined;
}

export interface AuthoringSetup extends Pick<GatewayConfiguration, 'file' | 'settings'> {
  readonly previews: Pick<PreviewEvaluator, 'use'>;
}

/**
 * What a person who writes a mapping is helped with, apart from what `hookstitch` does in a terminal with the same code.
 * All that reads or compiles is loaded with the first call: a gateway does without most of the time.
 */
export class Authoring {
  readonly #setup: AuthoringSetup;

  constructor(setup: AuthoringSetup) {
    this.#setup = setup;
  }

  /** What the reload would say of the text. Throws EVALUATOR_UNAVAILABLE. */
  async check({ file: name, text }: Text): Promise<Checked> {
    const { file, settings, previews } = this.#setup;
    const { checkText } = await import('../mapping/check-text.ts');
    return await previews.use((evaluator) =>
      checkText(name, text, {
        ...{ folder: settings.mappingsDir, known: file.names, evaluator },
        check: (definitions) =>
          checkConfiguration({ file, settings, mappings: { definitions } }, () => true, { evaluator }),
      }),
    );
  }

  /** What every expression reads, without any event. */
  async lineage({ file, text }: Text): Promise<{
    readonly problems: ReadMapping['problems'];
    readonly lineage: readonly PlacedLineage[];
  }> {
    const { definition, yaml, problems } = await this.#read({ file, text });
    if (definition === undefined || yaml === undefined) return { problems, lineage: [] };
    const { placedLineage } = await import('../mapping/lineage/placed.ts');
    return { problems, lineage: placedLineage(definition.content, yaml) };
  }

  /** The start of a mapping for such events, for the destinations that are on. */
  async draft(event: Pick<EventToPin, 'source' | 'type' | 'body'>, taken: readonly string[]): Promise<Text> {
    const { sources, destinations } = this.#setup.file;
    const { draftMapping } = await import('../mapping/draft-mapping.ts');
    const on = destinations.filter(({ off }) => off === null);
    const names = (on.length === 0 ? destinations : on).map(({ name }) => name);
    const sourceType = sources.find(({ name }) => name === event.source)?.source.name ?? event.source;
    return draftMapping({ ...event, sourceType, destinations: names, taken });
  }

  /** The event as a fixture, and with a mapping a test of what becomes of it today. Throws EDITING_OFF. */
  async pin({ event, mapping, name }: PinOrder): Promise<Pinned> {
    const { file, settings, previews } = this.#setup;
    const { draftTest, keepFixture } = await import('./pinned-event.ts');
    const read = mapping === undefined ? undefined : await this.#read(mapping);
    const fixture = await keepFixture(event, settings.mappingsDir);
    if (mapping === undefined) return { fixture, drafted: null, text: null };
    const definition = read?.definition;
    if (definition === undefined) {
      return { fixture, drafted: { failure: 'the mapping has errors, so there is no test yet' }, text: null };
    }
    const work = { event, fixture, definition, configuration: { file, settings }, name };
    const drafted = await previews.use((evaluator) => draftTest(work, { evaluator }));
    if (!('test' in drafted)) return { fixture, drafted, text: null };
    const { appendItem } = await import('../yaml/edit.ts');
    return { fixture, drafted, text: appendItem(mapping.text, ['tests'], drafted.test) };
  }

  /** What an editor completes: the keys of a mapping, the functions and what may be looked up. */
  async language(): Promise<JsonObject> {
    const { jsonSchema } = await import('./json-schema.ts');
    const { functionNames } = await import('../mapping/function-names.ts');
    const { mappingFunctions } = await import('../mapping/functions.ts');
    const { sources, destinations, vars } = this.#setup.file;
    return {
      schema: jsonSchema('mapping'),
      functions: functionNames.map((name) => {
        const own = mappingFunctions.find((each) => each.name === name);
        return { name, signature: own?.signature ?? null, description: own?.description ?? null };
      }),
      lookups: lookups.map(({ name }) => name),
      sources: sources.map(({ name, source }) => ({ name, type: source.name, event_types: source.eventTypes })),
      destinations: destinations.map(({ name, destination }) => ({ name, type: destination.name })),
      vars: Object.keys(vars),
    };
  }

  async #read({ file, text }: Text): Promise<ReadMapping> {
    const { readMapping } = await import('../mapping/load.ts');
    return readMapping({ name: file, shown: file }, text, this.#setup.file.names);
  }
}
