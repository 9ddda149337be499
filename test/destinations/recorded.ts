import type { Answer } from '../../src/model/attempt.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { readProjectFile } from '../support/project-files.ts';

/** One request to a real receiver, and what it answered. A text instead of an object: the body was no JSON object. */
export interface RecordedCase {
  readonly case: string;
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly request: JsonObject | string;
  readonly status: number;
  readonly response: unknown;
}

export interface RecordedUserAgent {
  readonly userAgent?: string | null;
  readonly dropped: boolean;
}

/** A file of test/fixtures/destinations; its cases are data of the recordings, of whatever shape the test says. */
export const recorded = <T>(file: string): T => JSON.parse(readProjectFile(`test/fixtures/destinations/${file}`)) as T;

export const recordedCases = (file: string): readonly RecordedCase[] =>
  recorded<{ readonly cases: readonly RecordedCase[] }>(file).cases;

export const answerWith = (status: number, body: unknown = ''): Answer => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

export const recordedAnswer = ({ status, response }: RecordedCase): Answer => answerWith(status, response);
