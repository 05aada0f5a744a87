export { EmbeddedPostgresError, type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/index.js';
export { dataSourceOptions, type DatabaseOptions, runMigrations } from './data-source.js';
export { DATABASE_URL, DatabaseModule } from './database.module.js';
export { isDatabaseUnavailable, sqlState } from './failures.js';
export { prepared } from './prepared-statements.js';
export { searchPattern } from './search-pattern.js';
export { Notifications } from './notifications.js';
