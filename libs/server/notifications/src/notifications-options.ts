/** What this process does about notifications. */
export interface NotificationsOptions {
  /** Whether it sends what is waiting; another replica may do it instead. */
  readonly delivers: boolean;
  /** Where people reach the console, without a path. Undefined: messages bear no link. */
  readonly consoleUrl: string | undefined;
}

export const NOTIFICATIONS_OPTIONS = Symbol('NOTIFICATIONS_OPTIONS');
