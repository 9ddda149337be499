import { describe, expect, it } from 'vitest';
import { closest, didYouMean, suggest } from '../../src/diagnostics/closest.ts';

const known = ['name', 'event', 'destinations', 'user_id', 'id', '$firstOf'];

describe('a suggestion', () => {
  it.each([
    ['nmae', 'name'],
    ['evnet', 'event'],
    ['Events', 'event'],
    ['destination', 'destinations'],
    ['destintaions', 'destinations'],
    ['userid', 'user_id'],
    ['$firstof', '$firstOf'],
    ['ID', 'id'],
  ])('for %s is %s', (word, meant) => {
    expect(closest(word, known)).toBe(meant);
  });

  it.each(['payload', 'on', 'x', 'eventually', '', 'event'.repeat(50)])(
    'for %j is none: nothing known is near',
    (word) => {
      expect(closest(word, known)).toBeUndefined();
      expect(didYouMean(word, known)).toBeUndefined();
    },
  );

  it('is a question', () => {
    expect(didYouMean('nmae', known)).toBe('did you mean name?');
    expect(didYouMean('nmae', known, (name) => `$${name}`)).toBe('did you mean $name?');
  });

  it('is what there is where nothing is near, and of much only the nearest', () => {
    expect(suggest('x', ['alpha', 'beta'], { what: 'known', otherwise: '-' })).toBe('known: alpha, beta');
    expect(suggest('x', [], { what: 'known', otherwise: 'add it' })).toBe('add it');
    const many = Array.from({ length: 100 }, (_, index) => `other_${index}`);
    const said = suggest('charge.paid', [...many, 'charge.refunded'], { what: 'known', otherwise: '-' });
    expect(said).toMatch(/^known: charge\.refunded, (other_\d+, ){11}…$/);
  });
});
