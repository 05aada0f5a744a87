/**
 * Who may import whom, by domain. An import that is missing here is a lint error: read `libs/README.md`, then either turn
 * the import round or add the arrow with a dated line in the library's README.
 */
const arrows = {
  server: {
    database: [],
    secrets: [],
    ssh: [],
    http: ['database'],
    access: ['http', 'database', 'secrets'],
    operations: ['http', 'database', 'secrets', 'access'],
    notifications: ['http', 'database', 'secrets', 'access', 'operations', 'ssh'],
    connections: ['http', 'database', 'secrets', 'access', 'operations', 'notifications', 'ssh'],
    services: ['http', 'database', 'access', 'operations', 'connections', 'ssh'],
    pki: [],
    acme: [],
    certificates: [
      'http',
      'database',
      'secrets',
      'access',
      'operations',
      'notifications',
      'connections',
      'services',
      'ssh',
      'pki',
      'acme',
    ],
    schedules: ['http', 'database', 'access', 'operations', 'notifications', 'connections', 'services', 'certificates'],
    testing: ['database'],
    app: [
      'http',
      'database',
      'secrets',
      'access',
      'operations',
      'notifications',
      'connections',
      'services',
      'certificates',
      'schedules',
      'ssh',
    ],
    // Journeys and measurements look from outside: they start the built server and a Postgres, speak REST and Socket.IO.
    // A key that the server has made is opened to be searched for.
    e2e: ['testing', 'database', 'secrets'],
    bench: ['testing', 'database'],
  },
  console: {
    api: [],
    live: [],
    ui: [],
    access: ['api', 'live', 'ui'],
    operations: ['api', 'live', 'ui', 'access'],
    services: ['api', 'live', 'ui', 'access', 'operations'],
    certificates: ['api', 'live', 'ui', 'access', 'operations'],
    connections: ['api', 'live', 'ui', 'access', 'operations', 'services', 'certificates'],
    notifications: ['api', 'live', 'ui', 'access'],
    schedules: ['api', 'live', 'ui', 'access', 'operations'],
    app: [
      'api',
      'live',
      'ui',
      'access',
      'operations',
      'services',
      'certificates',
      'connections',
      'notifications',
      'schedules',
    ],
  },
};

/** @param {{ inTests: boolean }} place tests alone may use the test servers, and make the keys that whole servers need */
export function moduleBoundaries({ inTests }) {
  const always = ['domain:contract', ...(inTests ? ['domain:testing', 'domain:secrets'] : [])];
  const byDomain = Object.entries(arrows).flatMap(([scope, domains]) =>
    Object.entries(domains).map(([domain, targets]) => ({
      allSourceTags: [`scope:${scope}`, `domain:${domain}`],
      onlyDependOnLibsWithTags: [...always, `domain:${domain}`, ...targets.map((target) => `domain:${target}`)],
    })),
  );
  return {
    // The product's version is written down once, in the root manifest.
    allow: ['^(\\.\\./)+package\\.json$'],
    depConstraints: [
      {
        sourceTag: 'scope:shared',
        onlyDependOnLibsWithTags: ['scope:shared'],
        allowedExternalImports: ['zod', 'tslib'],
      },
      { sourceTag: 'scope:server', onlyDependOnLibsWithTags: ['scope:server', 'scope:shared'] },
      { sourceTag: 'scope:console', onlyDependOnLibsWithTags: ['scope:console', 'scope:shared'] },
      ...byDomain,
    ],
  };
}
