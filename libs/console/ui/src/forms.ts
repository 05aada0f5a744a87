/** Sending forms, apart because it brings signal forms along. */
export { sendForm } from './field/send-form';
