/** What only pages behind the sign-in need, apart because it brings overlays and Material's controls along. */
export { Announcer } from './announcer/announcer';
export { Confirm } from './confirm-dialog/confirm';
export { CopyButton } from './copy/copy-button';
export { dialogFocus } from './confirm-dialog/dialog-focus';
export { FileText } from './field/file-text';
export { SearchField } from './search-field/search-field';
export { SecretField } from './field/secret-field';
export { RelativeTime } from './time/relative-time';
export { Toasts } from './toast/toasts';
export { UnloadedPage } from './unloaded-page/unloaded-page';
