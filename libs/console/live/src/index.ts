export { ConnectionRooms } from './connection-rooms';
export type { LinkState } from './link-state';
export { LiveActivity } from './live-activity';
export { LiveCollection } from './live-collection';
