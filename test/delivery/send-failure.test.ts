import { describe, expect, it } from 'vitest';
import { networkFailure } from '../../src/delivery/send-failure.ts';

const anError = (message: string, details: object = {}): Error => Object.assign(new Error(message), details);
const wrapped = (cause: Error): Error => new Error('from the client', { cause });

describe('networkFailure', () => {
  it.each([
    [
      anError('connect EHOSTUNREACH', { code: 'EHOSTUNREACH', syscall: 'connect', address: '10.0.0.9', port: 80 }),
      'EHOSTUNREACH 10.0.0.9:80',
      false,
    ],
    [
      anError('getaddrinfo EAI_AGAIN', { code: 'EAI_AGAIN', syscall: 'getaddrinfo', hostname: 'a.example' }),
      'EAI_AGAIN a.example',
      false,
    ],
    [anError('write EPIPE', { code: 'EPIPE', syscall: 'write' }), 'EPIPE: write EPIPE', true],
    [anError('read ETIMEDOUT', { code: 'ETIMEDOUT', syscall: 'read' }), 'ETIMEDOUT: read ETIMEDOUT', true],
    [
      anError('C0:error:0A00042E:SSL', { code: 'EPROTO', syscall: 'write', reason: 'tlsv1 alert protocol version' }),
      'TLS: tlsv1 alert protocol version',
      true,
    ],
    [anError('unable to verify', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), 'TLS: unable to verify', false],
    [
      anError('Parse Error: x', { code: 'HPE_HEADER_OVERFLOW', reason: 'Header overflow' }),
      'not an HTTP answer: Header overflow',
      true,
    ],
    [
      anError('does not match the HTTP/1.1 protocol (Expected HTTP/)', { name: 'HTTPParserError' }),
      'not an HTTP answer: Expected HTTP/',
      true,
    ],
    [anError('other side closed', { code: 'UND_ERR_SOCKET' }), 'ECONNRESET: other side closed', true],
    [anError('something else'), 'something else', true],
  ])('puts %s into words', (error, message, sent) => {
    const failure = { reason: 'unreachable', message, sent };
    expect(networkFailure(error)).toEqual(failure);
    expect(networkFailure(wrapped(error))).toEqual(failure);
  });

  it('tells each cause once where several addresses were tried', () => {
    const refused = anError('', { code: 'ECONNREFUSED', syscall: 'connect', address: '::1', port: 80 });
    const noRoute = anError('', { code: 'ENETUNREACH', syscall: 'connect', address: '10.0.0.9', port: 80 });
    expect(networkFailure(wrapped(new AggregateError([refused, noRoute, refused])))).toEqual({
      reason: 'unreachable',
      message: 'ECONNREFUSED ::1:80, ENETUNREACH 10.0.0.9:80',
      sent: false,
    });
  });

  it('survives what is no error at all', () => {
    expect(networkFailure('boom')).toEqual({ reason: 'unreachable', message: 'boom', sent: true });
  });
});
