import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { getDataSourceToken } from '@nestjs/typeorm';
import { SecretBox } from '@lockstep/server-secrets';
import type { DataSource } from 'typeorm';
import { AccessEpoch } from './access-epoch.js';
import { ACCESS_OPTIONS, type AccessOptions } from './access-options.js';
import { AccessService } from './access.service.js';
import { AuditService } from './audit/audit.service.js';
import { AccessGuard } from './guard/access.guard.js';
import { AccessKeys } from './keys/access-keys.js';
import { AccessTokenService } from './sessions/access-token.service.js';
import { SessionsService } from './sessions/sessions.service.js';

/** Sign-in, users, tokens, grants, audit, and the guard in front of every route. Needs `DatabaseModule`. */
@Module({})
export class AccessModule {
  static forRoot(options: AccessOptions): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      imports: [JwtModule.register({})],
      controllers: [],
      providers: [
        { provide: ACCESS_OPTIONS, useValue: options },
        { provide: SecretBox, useValue: options.secretBox },
        {
          provide: AccessKeys,
          inject: [getDataSourceToken()],
          useFactory: (dataSource: DataSource) => AccessKeys.load(dataSource, options.secretBox),
        },
        { provide: APP_GUARD, useClass: AccessGuard },
        AccessTokenService,
        SessionsService,
        AccessService,
        AccessEpoch,
        AuditService,
      ],
      exports: [SecretBox, AccessService, AccessEpoch, AuditService],
    };
  }
}
