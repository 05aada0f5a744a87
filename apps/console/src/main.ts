import { bootstrapApplication } from '@angular/platform-browser';
import { appConfig } from './app/app.config';
import { Console } from './app/console';

// zod tries to make code from text, which the content security policy forbids and reports. Said before its first schema exists.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

await bootstrapApplication(Console, appConfig);
