/** The REST client, generated from the OpenAPI document. Types that the contract declares are the contract's own. */
export * from './generated';
