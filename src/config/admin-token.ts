import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../model/error.ts';

const tokenFileName = 'admin-token';
const tokenLengthMin = 32;

/** The API's token where ADMIN_TOKEN is unset: made once, kept readable by the gateway's user alone. */
export function adminToken(dataDir: string, make: () => string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const kept = keptAdminToken(dataDir);
  if (kept !== undefined) return kept;
  const path = join(dataDir, tokenFileName);
  const token = make();
  // Exclusive: of two that start at once only one makes it.
  const file = openSync(path, 'wx', 0o600);
  writeSync(file, `${token}\n`);
  closeSync(file);
  return token;
}

/** The token that a gateway made here before; undefined where none has. */
export function keptAdminToken(dataDir: string): string | undefined {
  const path = join(dataDir, tokenFileName);
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (token.length >= tokenLengthMin) return token;
  } catch (error) {
    // The first start has no token yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new GatewayError('CONFIG_INVALID', `${path} cannot be read`, { cause: error });
  }
  throw new GatewayError('CONFIG_INVALID', `${path} holds no usable token`, {
    hint: 'delete it and a new one is made at the next start',
  });
}
