import type { Database } from 'better-sqlite3';
import { accessStatements } from './access-statements.ts';
import { batchStatements } from './batch-statements.ts';
import { deliveryStatements } from './delivery-statements.ts';
import { erasureStatements } from './erasure-statements.ts';
import { eventPageStatements } from './event-page-statements.ts';
import { eventStatements } from './event-statements.ts';
import { identityStatements } from './identity-statements.ts';
import { laneStatements } from './lane-statements.ts';
import { lineStatements } from './line-statements.ts';
import { problemStatements } from './problem-statements.ts';
import { purgeStatements } from './purge-statements.ts';
import { replayStatements } from './replay-statements.ts';
import { seriesStatements } from './series-statements.ts';
import { tallyStatements } from './tally-statements.ts';

export type Statements = ReturnType<typeof prepareStatements>;

/** Every statement the store ever runs, compiled once. */
export function prepareStatements(db: Database) {
  return {
    events: eventStatements(db),
    deliveries: deliveryStatements(db),
    batches: batchStatements(db),
    lanes: laneStatements(db),
    lines: lineStatements(db),
    identities: identityStatements(db),
    erasures: erasureStatements(db),
    purges: purgeStatements(db),
    eventPages: eventPageStatements(db),
    problems: problemStatements(db),
    replays: replayStatements(db),
    series: seriesStatements(db),
    tally: tallyStatements(db),
    access: accessStatements(db),
    beat: db.prepare('update pulse set beats = beats + 1'),
  };
}
