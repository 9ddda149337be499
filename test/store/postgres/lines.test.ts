import { describe, expect, it } from 'vitest';
import { placesInLines } from '../../../src/store/postgres/lines.ts';

const to = (person: string | null, ...formerly: readonly string[]) => ({ destination: 'segment', person, formerly });

describe('the lines of deliveries that are queued together', () => {
  it('let the first of a person go, and nobody wait for nobody', () => {
    const { places, renames } = placesInLines([to('ada'), to(null), to('bob'), to('ada'), to(null)]);

    expect(places.map(({ isBehind }) => isBehind)).toEqual([false, false, false, true, false]);
    expect(renames).toEqual([]);
  });

  it('keep destinations apart', () => {
    const { places } = placesInLines([to('ada'), { ...to('ada'), destination: 'umami' }]);

    expect(places.map(({ isBehind }) => isBehind)).toEqual([false, false]);
  });

  it('take in what stands before under a former key, in the order in which it came', () => {
    const { places, renames } = placesInLines([to('cookie'), to('ada'), to('cookie'), to('ada', 'cookie', 'phone')]);

    expect(places).toEqual([
      { person: 'ada', isBehind: false },
      { person: 'ada', isBehind: true },
      { person: 'ada', isBehind: true },
      { person: 'ada', isBehind: true },
    ]);
    expect(renames).toEqual([
      { destination: 'segment', formerly: 'cookie', person: 'ada' },
      { destination: 'segment', formerly: 'phone', person: 'ada' },
    ]);
  });

  it('lead over several renames to the last', () => {
    const { renames } = placesInLines([to('visitor', 'cookie'), to('user', 'visitor')]);

    expect(renames.map(({ formerly, person }) => [formerly, person])).toEqual([
      ['cookie', 'user'],
      ['visitor', 'user'],
    ]);
  });

  it('move what the table has under a key once: later that key is somebody else’s', () => {
    const { places, renames } = placesInLines([to('ada', 'cookie'), to('cookie'), to('bob', 'cookie')]);

    expect(renames.map(({ formerly, person }) => [formerly, person])).toEqual([['cookie', 'ada']]);
    expect(places.map(({ person }) => person)).toEqual(['ada', 'bob', 'bob']);
  });
});
