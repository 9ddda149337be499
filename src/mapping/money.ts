/**
 * Minor units → major units by the exponents that Stripe uses, which are not ISO 4217's: UGX, ISK, HUF and TWD are
 * charged with two decimals, MGA with none (docs.stripe.com/currencies).
 */
const zeroDecimal = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const threeDecimal = new Set('BHD JOD KWD OMR TND'.split(' '));

/** Digits after the decimal point of an amount in this currency; `currency` in upper case. */
export function currencyExponent(currency: string): 0 | 2 | 3 {
  if (zeroDecimal.has(currency)) return 0;
  return threeDecimal.has(currency) ? 3 : 2;
}

export interface Money {
  /** Major units: 29 for USD 29.00. */
  readonly amount: number;
  /** ISO code in upper case. */
  readonly currency: string;
}

/** Undefined when either part is missing or the amount is no number. Fractions of a minor unit survive (`unit_amount_decimal`). */
export function money(minor: unknown, currency: unknown): Money | undefined {
  const amount = typeof minor === 'string' && minor.trim() !== '' ? Number(minor) : minor;
  if (typeof amount !== 'number' || !Number.isFinite(amount)) return undefined;
  if (typeof currency !== 'string' || currency.trim() === '') return undefined;
  const code = currency.trim().toUpperCase();
  return { amount: amount / 10 ** currencyExponent(code), currency: code };
}
