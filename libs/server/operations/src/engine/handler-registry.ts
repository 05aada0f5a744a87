import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { OperationType } from '@lockstep/contract';
import { ENGINE_OPTIONS, type EngineOptions } from './engine-options.js';
import { OPERATION_HANDLER, type OperationHandler } from './operation-handler.js';

/** What is wrong with the handlers, in sentences with the fix. Empty: each type has exactly one. */
export function findHandlerFaults(handlers: readonly OperationHandler[], types: readonly string[]): string[] {
  const faults: string[] = [];
  for (const type of types) {
    const names = handlers.filter((handler) => handler.type === type).map((handler) => handler.constructor.name);
    if (names.length === 0) faults.push(`${type} has no handler: add a provider with @OperationHandlerFor('${type}').`);
    if (names.length > 1) faults.push(`${type} has ${String(names.length)} handlers (${names.join(', ')}): keep one.`);
  }
  for (const handler of handlers) {
    const { name } = handler.constructor;
    const once = handler.steps.find((step) => step.safety === 'at_most_once');
    if (handler.steps.length === 0) faults.push(`${name} has no steps: name at least one.`);
    if (once && !handler.reconcile)
      faults.push(`${name} has the at-most-once step ${once.name}: give it a reconcile().`);
  }
  return faults;
}

/** Finds the handlers at boot and refuses to start when a type has none or two. */
@Injectable()
export class HandlerRegistry implements OnModuleInit {
  private readonly handlers = new Map<string, OperationHandler>();

  constructor(
    private readonly discovery: DiscoveryService,
    @Inject(ENGINE_OPTIONS) private readonly options: EngineOptions,
  ) {}

  onModuleInit(): void {
    const found = this.discovery
      .getProviders()
      .filter(({ metatype, instance }) => metatype && instance && Reflect.hasMetadata(OPERATION_HANDLER, metatype))
      .map(({ instance }) => instance as OperationHandler);
    const faults = findHandlerFaults(found, this.options.types ?? OperationType.options);
    if (faults.length > 0) throw new Error(`The operation handlers are not complete:\n- ${faults.join('\n- ')}`);
    for (const handler of found) this.handlers.set(handler.type, handler);
  }

  get(type: OperationType): OperationHandler {
    const handler = this.handlers.get(type);
    if (!handler) throw new Error(`No handler for ${type}`);
    return handler;
  }
}
