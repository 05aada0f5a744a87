/** What opens above the page, apart because it brings overlays along. */
export { Announcer } from './announcer/announcer';
export { Confirm } from './confirm-dialog/confirm';
export { CopyButton } from './copy/copy-button';
export { dialogFocus } from './confirm-dialog/dialog-focus';
export { FileText } from './field/file-text';
export { SecretField } from './field/secret-field';
export { RelativeTime } from './time/relative-time';
export { Toasts } from './toast/toasts';
