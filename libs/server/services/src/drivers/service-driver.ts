import { Injectable, SetMetadata, applyDecorators } from '@nestjs/common';
import type { Platform, Privilege, ServiceSettings, ServiceState } from '@lockstep/contract';
import type { SshSession } from '@lockstep/server-ssh';

/** One logged-in connection. */
export interface LoggedInHost {
  readonly session: SshSession;
  /** Aborted when the work is to stop; close what was opened then. */
  readonly signal: AbortSignal;
  /** The milliseconds that a step may take which would take `usual` at most. */
  deadline(usual: number): number;
}

/** The same as a driver sees it. */
export interface DriverHost extends LoggedInHost {
  readonly settings: ServiceSettings;
}

/** A service as its platform tells it. */
export interface ServiceLook {
  /** As the platform itself writes it; an alias is told by its real name. */
  readonly name: string;
  readonly description: string;
  readonly state: ServiceState;
  readonly subState: string | null;
  readonly since: Date | null;
  /** A word that differs after each start (systemd's InvocationID). Empty: never started. Null: this platform tells none. */
  readonly invocation: string | null;
  /** It is not active because it did its work and ended well, as such a service does (systemd's `Type=oneshot`). */
  readonly finished?: boolean;
  /** The host's clock at this look, where it was told. */
  readonly at?: Date | undefined;
}

export interface ConfigurationTest {
  /** As one would type it. */
  readonly command: string;
  /** Null: it could not be run, for want of a right or of the program; that is no reason against a restart. */
  readonly passed: boolean | null;
  /** What the host said. */
  readonly words: string;
}

/** What the host says while it works, line by line, in its own words. */
export type Tell = (stream: 'stdout' | 'stderr', line: string) => void;

/**
 * How one platform lists, reads and restarts services. Stateless. Every method but `refuse` may throw an SshError, or an
 * OperationFailure with what the host said. `name` has always passed `refuse`, and is never part of a command's text.
 */
export interface ServiceDriver {
  readonly platform: Platform;
  /** How long a restart may take in milliseconds where the settings say nothing. */
  readonly restartLimitMs: number;
  /**
   * A restart that was handed to the host begins there within so many milliseconds or never. Only after that does a service
   * that goes on unchanged prove that nothing happened.
   */
  readonly beginsWithinMs: number;
  /** Why this cannot be a service's name here, in a sentence; null when it can. */
  refuse(name: string): string | null;
  /** In the platform's order: those that people mean first. */
  list(host: DriverHost): Promise<ServiceLook[]>;
  /** @throws OperationFailure SERVICE_NOT_FOUND */
  look(host: DriverHost, name: string): Promise<ServiceLook>;
  /** Whether the host is still at work on it: a restart that runs or waits there. */
  isWorking(host: DriverHost, name: string): Promise<boolean>;
  /** What stops and starts with it. */
  dependents(host: DriverHost, name: string): Promise<string[]>;
  /** The test that `testConfiguration` would run, or null when none is known for this service. */
  configurationTest(name: string, settings: ServiceSettings): string | null;
  /** Changes nothing on the host. Null when none is known for this service. */
  testConfiguration(host: DriverHost, name: string): Promise<ConfigurationTest | null>;
  /**
   * Asks for the restart once; resolves when the platform says that it is done, which proves nothing yet.
   * @throws OperationFailure with the effect as far as it is known: PRIVILEGE_MISSING and SERVICE_NOT_FOUND (`none`),
   *   RESTART_FAILED; SshError with `afterRequest` when the answer was lost or did not come in time.
   */
  restart(host: DriverHost, name: string, tell: Tell): Promise<void>;
  /** The newest lines of its log since then (the host's clock), oldest first, at most 200; empty where the platform keeps none for us. */
  log(host: DriverHost, name: string, since: Date): Promise<string[]>;
  /** The lines that this login needs on the host for these services; empty where it needs none. */
  privileges(host: DriverHost, names: readonly string[]): Promise<Privilege[]>;
}

export const SERVICE_DRIVER = 'lockstep:service-driver';

/** Makes a provider the driver of a platform; the registry finds it at boot. */
export const ServiceDriverFor = (platform: Platform): ClassDecorator =>
  applyDecorators(Injectable(), SetMetadata(SERVICE_DRIVER, platform));
