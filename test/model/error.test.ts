import { describe, expect, it } from 'vitest';
import { type FaultCode, faults, GatewayError } from '../../src/model/error.ts';

describe('a fault', () => {
  it.each(Object.entries(faults))('%s has an HTTP status of its own', (code, { status }) => {
    expect(new GatewayError(code as FaultCode, 'message').status).toBe(status);
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('says what, where, why and what to do next', () => {
    const at = { file: 'gateway.yaml', line: 3, column: 5 };
    const cause = new Error('below');
    const fault = new GatewayError('CONFIG_INVALID', 'unknown type', { at, hint: 'use stripe', cause });
    expect(fault).toBeInstanceOf(Error);
    expect(fault).toMatchObject({
      name: 'GatewayError',
      code: 'CONFIG_INVALID',
      message: 'unknown type',
      at,
      hint: 'use stripe',
      cause,
    });
    expect(`${fault}`).toBe('GatewayError: unknown type');
  });

  it('may say no more than what', () => {
    const fault = new GatewayError('INTERNAL', 'message');
    expect([fault.at, fault.hint]).toEqual([undefined, undefined]);
    expect('cause' in fault).toBe(false);
  });

  it('keeps a cause that is no error', () => {
    expect(new GatewayError('INTERNAL', 'message', { cause: 'text' }).cause).toBe('text');
  });
});
