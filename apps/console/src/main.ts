import { bootstrapApplication } from '@angular/platform-browser';
import { appConfig } from './app/app.config';
import { Console } from './app/console';

await bootstrapApplication(Console, appConfig);
