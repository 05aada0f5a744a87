/** What a client must know before it can connect. Free of zod, so that the console's first page needs no validator. */
export const socketPath = '/socket.io/';
export const handshakeErrors = { missing: 'Authentication required', invalid: 'Invalid authentication' } as const;
