import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { CONNECTIONS_OPTIONS, type ConnectionsOptions } from './connections-options.js';
import { AuthorizedKeyService } from './connections/authorized-key.service.js';
import { ConnectionQueries } from './connections/connection-queries.js';
import { ConnectionTestsService } from './connections/connection-tests.service.js';
import { ConnectionsService } from './connections/connections.service.js';
import { DemoAnswers } from './demo/demo-answers.js';
import { DemoFleet } from './demo/demo-fleet.js';
import { HostKeysService } from './host-keys/host-keys.service.js';
import { KnownHostsImportService } from './host-keys/known-hosts-import.service.js';
import { HostsImportService } from './imports/hosts-import.service.js';
import { ConnectionEntity } from './model/connection.entity.js';
import { CredentialEntity } from './model/credential.entity.js';
import { HostKeyEntity } from './model/host-key.entity.js';
import { SshTestOperation } from './operations/ssh-test.operation.js';
import { TestContributors } from './operations/test-contributors.js';
import { CredentialRotation } from './reach/credential-rotation.js';
import { CredentialVault } from './reach/credential-vault.js';
import { SshReach } from './reach/ssh-reach.service.js';
import { ConnectionsController } from './rest/connections.controller.js';
import { HostKeysController } from './rest/host-keys.controller.js';

/** Connections, credentials and host keys; registers `ssh_test`. Needs the database, access and operations modules. */
@Module({})
export class ConnectionsModule {
  /** Throws an Error with one sentence when the allowed networks cannot be read. */
  static forRoot(options: ConnectionsOptions): DynamicModule {
    return {
      module: ConnectionsModule,
      global: true,
      imports: [DiscoveryModule, TypeOrmModule.forFeature([ConnectionEntity, CredentialEntity, HostKeyEntity])],
      controllers: [ConnectionsController, HostKeysController],
      providers: [
        { provide: CONNECTIONS_OPTIONS, useValue: options },
        { provide: NetworkPolicy, useValue: new NetworkPolicy(options.network) },
        AuthorizedKeyService,
        ConnectionQueries,
        ConnectionTestsService,
        ConnectionsService,
        CredentialRotation,
        CredentialVault,
        DemoAnswers,
        DemoFleet,
        HostKeysService,
        HostsImportService,
        KnownHostsImportService,
        SshReach,
        SshTestOperation,
        TestContributors,
      ],
      exports: [DemoAnswers, ConnectionQueries, NetworkPolicy, SshReach],
    };
  }
}
