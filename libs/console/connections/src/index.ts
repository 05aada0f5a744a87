export { ConnectionTests } from './test-button/connection-tests';
