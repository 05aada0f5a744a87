import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { SecretBox } from '@lockstep/server-secrets';
import type { DataSource } from 'typeorm';
import { AccessEpoch } from './access-epoch.js';
import { AccessHousekeeping } from './access-housekeeping.js';
import { ACCESS_OPTIONS, type AccessOptions } from './access-options.js';
import { AccessService } from './access.service.js';
import { AuditEntryEntity } from './audit/audit-entry.entity.js';
import { AuditQueries } from './audit/audit-queries.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditService } from './audit/audit.service.js';
import { AccessGuard } from './guard/access.guard.js';
import { AccessKeys } from './keys/access-keys.js';
import { AccessTokenService } from './sessions/access-token.service.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SetupController } from './setup/setup.controller.js';
import { SetupService } from './setup/setup.service.js';
import { SessionAnswer } from './sign-in/session-answer.js';
import { SignInController } from './sign-in/sign-in.controller.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { SignOutService } from './sign-in/sign-out.service.js';
import { ThrottleService } from './sign-in/throttle.service.js';
import { ApiTokenEntity } from './tokens/api-token.entity.js';
import { ApiTokensController } from './tokens/api-tokens.controller.js';
import { ApiTokensService } from './tokens/api-tokens.service.js';
import { ConnectionGrantEntity, TagGrantEntity } from './users/grant.entities.js';
import { GrantsService } from './users/grants.service.js';
import { UserEntity } from './users/user.entity.js';
import { UsersController } from './users/users.controller.js';
import { UsersService } from './users/users.service.js';

const entities = [UserEntity, TagGrantEntity, ConnectionGrantEntity, ApiTokenEntity, AuditEntryEntity];

/** Sign-in, users, tokens, grants, audit, and the guard in front of every route. Needs `DatabaseModule`. */
@Module({})
export class AccessModule {
  static forRoot(options: AccessOptions): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      imports: [JwtModule.register({}), TypeOrmModule.forFeature(entities)],
      controllers: [SetupController, SignInController, UsersController, ApiTokensController, AuditController],
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
        AccessHousekeeping,
        AuditQueries,
        AuditService,
        ThrottleService,
        SignInService,
        SignOutService,
        SessionAnswer,
        SetupService,
        UsersService,
        GrantsService,
        ApiTokensService,
      ],
      exports: [SecretBox, AccessKeys, AccessService, AccessEpoch, AuditService, SetupService],
    };
  }
}
