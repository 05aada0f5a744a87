import { ConsoleLogger } from '@nestjs/common';

/** Nest's own account of its wiring at boot; it would bury the two lines that a person looks for. */
const wiring = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'WebSocketsController',
]);

/** Plain lines on standard output; colours only on a terminal. */
export class ServerLog extends ConsoleLogger {
  constructor() {
    super({ logLevels: ['log', 'warn', 'error', 'fatal'], colors: process.stdout.isTTY === true, timestamp: false });
  }

  override log(message: unknown, ...parameters: unknown[]): void {
    const context = parameters.at(-1);
    if (typeof context === 'string' && wiring.has(context)) return;
    super.log(message, ...(parameters as [string]));
  }

  /** What stops the start is told once, by `main`, in words for a person. */
  override error(message: unknown, ...parameters: unknown[]): void {
    const context = parameters.at(-1);
    if (context === 'ExceptionHandler' || context === 'NestApplication') return;
    super.error(message, ...(parameters as [string]));
  }
}
