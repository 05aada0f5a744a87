import { Injectable, type OnModuleInit, SetMetadata, applyDecorators } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Platform } from '@lockstep/contract';
import type { SshSession } from '@lockstep/server-ssh';

/** A host in the middle of its `ssh_test`: logged in. */
export interface TestedHost {
  readonly connectionId: number;
  readonly session: SshSession;
  readonly signal: AbortSignal;
  /** The milliseconds that something may take which would take `usual` at most. */
  deadline(usual: number): number;
}

/** What a feature found out about the host for its own work. */
export interface TestContribution {
  /** For `metadata`; never a secret. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** A short sentence for the step. */
  readonly summary: string;
}

/** A feature that wants to know something of each tested host of a platform. That it fails is told, and fails no test … */
export interface TestContributor {
  readonly platform: Platform;
  /** … unless it decides: where nothing else shows that the host takes commands. */
  readonly decides?: boolean;
  /** Undefined: nothing to tell about this one. Changes nothing on the host. */
  lookAround(host: TestedHost): Promise<TestContribution | undefined>;
}

const TEST_CONTRIBUTOR = 'lockstep:test-contributor';

/** Makes a provider of any module a contributor; found at boot. */
export const TestContributorFor = (platform: Platform): ClassDecorator =>
  applyDecorators(Injectable(), SetMetadata(TEST_CONTRIBUTOR, platform));

/** Finds the contributors, so that connections need not know the features above them. */
@Injectable()
export class TestContributors implements OnModuleInit {
  private contributors: readonly TestContributor[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    this.contributors = this.discovery
      .getProviders()
      .filter(({ metatype, instance }) => metatype && instance && Reflect.hasMetadata(TEST_CONTRIBUTOR, metatype))
      .map(({ instance }) => instance as TestContributor);
  }

  of(platform: Platform): TestContributor[] {
    return this.contributors.filter((contributor) => contributor.platform === platform);
  }
}
