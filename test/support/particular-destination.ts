import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Taken {
  readonly event: string;
  readonly amount: unknown;
}

export interface ParticularDestination {
  readonly url: string;
  readonly taken: readonly Taken[];
}

/** A destination of Segment's kind that wants numbers; `complaint` is what it says to anything else. */
export async function particularDestination(
  complaint = 'properties.amount is not a number',
): Promise<ParticularDestination> {
  const taken: Taken[] = [];
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    const { properties } = JSON.parse(text) as { readonly properties: Taken };
    const isRight = typeof properties.amount === 'number';
    if (isRight) taken.push(properties);
    response.writeHead(isRight ? 200 : 400, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isRight ? { success: true } : { message: complaint }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken };
}
