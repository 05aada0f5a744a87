/** Roles and what they may do. Free of zod, so that the console's first page needs no validator. */
export const roles = ['administrator', 'operator', 'viewer'] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  'connections.read',
  'connections.manage',
  'host_keys.accept',
  'certificates.read',
  'certificates.manage',
  'operations.read',
  'operations.start',
  'operations.cancel',
  'schedules.read',
  'schedules.manage',
  'notifications.manage',
  'users.manage',
  'audit.read',
  'metrics.read',
] as const;
export type Permission = (typeof permissions)[number];

/**
 * What a route or socket event asks for. `anonymous` and `signed_in` are not given to roles: the first needs nothing,
 * the second any valid session or token.
 */
export type Requirement = Permission | 'anonymous' | 'signed_in';

/** An administrator sees every connection; the other roles see those granted to them. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  administrator: permissions,
  operator: [
    'connections.read',
    'host_keys.accept',
    'certificates.read',
    'operations.read',
    'operations.start',
    'operations.cancel',
    'schedules.read',
    'schedules.manage',
  ],
  viewer: ['connections.read', 'certificates.read', 'operations.read', 'schedules.read'],
};

export const mayRole = (role: Role, requirement: Requirement): boolean =>
  requirement === 'anonymous' || requirement === 'signed_in' || rolePermissions[role].includes(requirement);
