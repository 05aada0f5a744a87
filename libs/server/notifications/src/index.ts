export type { Announcement, Recovery } from './announcing/announcement.js';
export { Announcements } from './announcing/announcements.service.js';
export { NotificationsModule } from './notifications.module.js';
export type { NotificationsOptions } from './notifications-options.js';
