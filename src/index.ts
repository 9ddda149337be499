/** What people who embed the gateway in a program of their own import. */

export { type Environment, environmentFrom, readEnvironment } from './config/environment.ts';
export { type Configuration, loadConfiguration } from './config/load.ts';
export { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
export { createLog, type Log, type LogEvents } from './log.ts';
export { GatewayError } from './model/error.ts';
