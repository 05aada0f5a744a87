import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { type RouteDefinition, allRoutes } from '@lockstep/contract';
import { ROUTE } from './route.decorator.js';

interface Binding {
  readonly method: string;
  readonly route: RouteDefinition | undefined;
}

/** What is wrong with the bindings, in sentences. Empty: every route of the contract has exactly one method, and every method a route. */
export function findRouteFaults(bindings: readonly Binding[], declared: readonly RouteDefinition[]): string[] {
  const unbound = bindings.filter(({ route }) => route === undefined);
  const faults = unbound.map(({ method }) => `${method} answers a path without @Route(): declare it in the contract.`);
  for (const route of declared) {
    const methods = bindings.filter((binding) => binding.route?.operationId === route.operationId);
    if (methods.length === 0) faults.push(`No controller method has @Route(routes.${route.operationId}).`);
    if (methods.length > 1) {
      faults.push(
        `@Route(routes.${route.operationId}) stands on ${methods.map(({ method }) => method).join(' and ')}.`,
      );
    }
  }
  return faults;
}

/** Deny by default, at boot: a path without a declared requirement stops the start. */
@Injectable()
export class RouteCheck implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onApplicationBootstrap(): void {
    const faults = findRouteFaults(this.bindings(), allRoutes);
    if (faults.length > 0) throw new Error(`The routes do not fit the contract:\n- ${faults.join('\n- ')}`);
  }

  private bindings(): Binding[] {
    return this.discovery.getControllers().flatMap(({ instance, name }) => {
      const prototype: unknown = instance === undefined ? undefined : Object.getPrototypeOf(instance);
      if (typeof prototype !== 'object' || prototype === null) return [];
      return this.scanner
        .getAllMethodNames(prototype)
        .map((method) => ({ name: `${name}.${method}`, handler: (prototype as Record<string, unknown>)[method] }))
        .filter(({ handler }) => typeof handler === 'function' && Reflect.hasMetadata('path', handler))
        .map(({ name: method, handler }) => ({
          method,
          route: Reflect.getMetadata(ROUTE, handler as object) as RouteDefinition | undefined,
        }));
    });
  }
}
