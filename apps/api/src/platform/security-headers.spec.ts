import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { securityHeaders } from './security-headers.js';

describe('headers of security', () => {
  it.each(['/api/connections', '/API/connections', '/Api/connections'])('keep %s out of every cache', async (path) => {
    const application = express().use(...securityHeaders());
    application.get('/api/connections', (_request, response) => void response.json([]));
    const server = application.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`);
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    server.close();
  });
});
