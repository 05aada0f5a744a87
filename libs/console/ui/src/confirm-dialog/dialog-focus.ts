/** For every dialog: it takes the focus at once, so that keys pressed while it fades in are its own already. */
export const dialogFocus = { delayFocusTrap: false } as const;
