import { APP_BASE_HREF, DOCUMENT } from '@angular/common';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import {
  inject,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
  type ApplicationConfig,
} from '@angular/core';
import {
  TitleStrategy,
  provideRouter,
  withComponentInputBinding,
  withInMemoryScrolling,
  withNavigationErrorHandler,
} from '@angular/router';
import { provideApiConfiguration } from '@lockstep/console-api';
import { Session, sessionInterceptor } from '@lockstep/console-access';
import { LIVE_CREDENTIALS } from '@lockstep/console-live/credentials';
import { titleCutText } from '@lockstep/console-ui';
import { appRoutes } from './app.routes';
import { loadAfresh } from './missing-code';
import { PageTitle } from './page-title';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      appRoutes,
      withComponentInputBinding(),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled' }),
      withNavigationErrorHandler(loadAfresh),
    ),
    provideHttpClient(withInterceptors([sessionInterceptor])),
    provideApiConfiguration('/api'),
    { provide: LIVE_CREDENTIALS, useExisting: Session },
    provideAppInitializer(() => inject(Session).start()),
    provideAppInitializer(() => titleCutText(inject(DOCUMENT))),
    // No <base> element: the content security policy forbids it.
    { provide: APP_BASE_HREF, useValue: '/' },
    { provide: TitleStrategy, useExisting: PageTitle },
  ],
};
