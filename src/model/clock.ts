/** The only place that asks what time it is; everything else is given a `Clock`. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A `Date` for a moment in milliseconds since 1970, so that arithmetic on times needs no `new Date()` elsewhere. */
export const dateFromMs = (ms: number): Date => new Date(ms);

/** `ms` may be negative. */
export const addMs = (date: Date, ms: number): Date => new Date(date.getTime() + ms);
